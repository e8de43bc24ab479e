package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// shapes are the JSON shapes of all answers, by name. Within a version names are
// only ever added; whatever else changes makes a new version.
var shapes = map[string]reflect.Type{}

// register makes the shape of T known as NAME/vN and returns that name, which
// stands in the answer's field "schema". The tag jsonschema of each of T's fields
// says what it means.
func register[T any](name string) string {
	shapes[name] = reflect.TypeFor[T]()
	return name
}

// Schemas lists the names of all shapes, sorted.
func Schemas() []string {
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Schema returns the JSON Schema of a shape. The version may be left out of its
// name, for the latest.
func Schema(name string) (*jsonschema.Schema, error) {
	found := ""
	for _, known := range Schemas() {
		if bare, _, _ := strings.Cut(known, "/"); known == name || bare == name {
			found = known
		}
	}
	if found == "" {
		return nil, fmt.Errorf("%q is not one of %s", name, strings.Join(Schemas(), ", "))
	}
	schema, err := jsonschema.ForType(shapes[found], &jsonschema.ForOptions{})
	if err != nil {
		return nil, fmt.Errorf("describing %s: %w", found, err)
	}
	open(schema)
	schema.ID, schema.Title = "https://github.com/chaintrace/chaintrace/schema/"+found, found
	return schema, nil
}

// open allows fields that a schema does not name: there will be more.
func open(s *jsonschema.Schema) {
	if s.Properties != nil { // else it is a map, and these are its values
		s.AdditionalProperties = nil
	} else if s.AdditionalProperties != nil {
		open(s.AdditionalProperties)
	}
	for _, p := range s.Properties {
		open(p)
	}
	if s.Items != nil {
		open(s.Items)
	}
}
