package chaintracert

import "reflect"

// names is what is known of the servers of the process.
type names struct {
	servers    map[uintptr]*server // by the address of upstream's server
	byName     map[string]*server
	containers map[uintptr]*server // by the address of the server's container of web services
	configured map[string]string   // where hooks were put on a configuration, by name
	registered int                 // hooks so far
	skipped    []skipped           // checks that were not taken over, as others have their names
	keep       []interface{}       // what has an address in the maps, so that nothing else gets it
}

// server is one API server.
type server struct {
	name          string
	hooks         map[string]*hook  // post-start
	stops         map[string]*hook  // pre-shutdown
	checks        map[string]string // the server that each is from, of those from another one
	preconfigured map[string]bool   // hooks on its configuration
	merging       *server           // whose checks are being taken over
}

// hook is a hook as a server has it.
type hook struct {
	name, origin, place string
	number              int // in the order of registration on its first server
}

func newNames() *names {
	return &names{
		servers: map[uintptr]*server{}, byName: map[string]*server{}, containers: map[uintptr]*server{},
		configured: map[string]string{},
	}
}

// address returns what a pointer points to, or 0 for anything else.
func address(v interface{}) uintptr {
	if value := reflect.ValueOf(v); value.Kind() == reflect.Pointer {
		return value.Pointer()
	}
	return 0
}

// of returns the server that a pointer stands for, directly or by embedding it; nil
// for none.
func (n *names) of(v interface{}) *server {
	if s := n.servers[address(v)]; s != nil {
		return s
	}
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	if value.Kind() != reflect.Struct {
		return nil
	}
	for i := 0; i < value.NumField(); i++ {
		field := value.Field(i)
		if value.Type().Field(i).Anonymous && field.Kind() == reflect.Pointer {
			if s := n.servers[field.Pointer()]; s != nil {
				return s
			}
		}
	}
	return nil
}

// nameOf returns the name of the server that a pointer stands for, or "".
func (n *names) nameOf(v interface{}) string {
	return n.of(v).known()
}

// known returns the server's name, or "" for none.
func (s *server) known() string {
	if s == nil {
		return ""
	}
	return s.name
}

// add adds a server.
func (n *names) add(name string, upstream, container interface{}) *server {
	s := &server{
		name: name, hooks: map[string]*hook{}, stops: map[string]*hook{}, checks: map[string]string{},
		preconfigured: map[string]bool{},
	}
	if at := address(upstream); at != 0 {
		n.servers[at] = s
	}
	if at := address(container); at != 0 {
		n.containers[at] = s
	}
	n.byName[name] = s
	n.keep = append(n.keep, upstream, container)
	return s
}

// checkNames appends the names of the entries of a slice of health checks.
func checkNames(found []string, checks interface{}) []string {
	slice := reflect.ValueOf(checks)
	if slice.Kind() != reflect.Slice {
		return found
	}
	for i := 0; i < slice.Len(); i++ {
		if c, ok := slice.Index(i).Interface().(interface{ Name() string }); ok {
			found = append(found, c.Name())
		}
	}
	return found
}

// keys returns the keys of a map with keys of string.
func keys(m interface{}) []string {
	var found []string
	value := reflect.ValueOf(m)
	if value.Kind() != reflect.Map || value.Type().Key().Kind() != reflect.String {
		return nil
	}
	for _, k := range value.MapKeys() {
		found = append(found, k.String())
	}
	return found
}
