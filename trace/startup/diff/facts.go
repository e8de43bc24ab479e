package diff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Kinds of what a chain is made of.
const (
	KindServer       = "server"
	KindHook         = "post-start hook"
	KindPreShutdown  = "pre-shutdown hook"
	KindDisabledHook = "disabled hook"
	KindCheck        = "check"
	KindSkippedCheck = "skipped check"
	KindLostCheck    = "lost check"
	KindRoute        = "route"
	KindGroup        = "API group"
	KindSignal       = "mux signal"
)

// Kinds returns the kinds of what a chain is made of, servers first.
func Kinds() []string {
	return []string{KindServer, KindHook, KindPreShutdown, KindDisabledHook, KindCheck, KindSkippedCheck, KindLostCheck, KindRoute, KindGroup, KindSignal}
}

// key identifies a thing in a chain.
type key struct{ kind, server, name string }

// fact is what is known of a thing.
type fact struct {
	own        bool // the server's, not there or missing by what it takes over from its delegate; of several, any of them
	properties []property
}

// property is what is known of a thing in one respect: of several of one key all
// that is known, sorted, so that no order counts. Nothing known is no difference.
type property struct {
	name   string
	values []string
}

func (p *property) learn(values ...string) {
	for _, v := range values {
		if i, known := slices.BinarySearch(p.values, v); v != "" && !known {
			p.values = slices.Insert(p.values, i, v)
		}
	}
}

func (p property) text() string { return strings.Join(p.values, " or ") }

// learn adds what is known of another thing of the same key.
func (f *fact) learn(other fact) {
	f.own = f.own || other.own
	for _, o := range other.properties {
		if i := slices.IndexFunc(f.properties, func(p property) bool { return p.name == o.name }); i >= 0 {
			f.properties[i].learn(o.values...)
		} else {
			f.properties = append(f.properties, property{o.name, slices.Clone(o.values)})
		}
	}
}

// list returns the entries of a property that lists several.
func (s seen) list(name string) []string {
	var out []string
	for _, c := range s.says(name).says {
		out = append(out, strings.Split(c.text, listSeparator)...)
	}
	return out
}

// listSeparator stands between the entries of a list.
const listSeparator = ", "

// Field is a property of a thing on both sides.
type Field struct {
	Name     string
	From, To string
}

// countField says how many things have one key.
const countField = "count"

// delegateField says whom a server delegates to.
const delegateField = "delegate"

// startsField says in how many starts something is.
const startsField = "starts"

// endpointsField says which health endpoints a check is in.
const endpointsField = "endpoints"

// fromField says whether a thing is a server's own or whose it was.
const fromField = "from"

// versionsField says which versions of an API group there are.
const versionsField = "versions"

// coreGroup is what the API group without a name is called.
const coreGroup = "core"

// phaseField says in which phase a route was installed.
const phaseField = "phase"

// facts are the structure of one start.
type facts map[key]fact

// add adds a thing with its properties, as names and values. Of things with one
// key it counts how many there are.
func (f facts) add(k key, own bool, properties ...string) {
	one := fact{own, []property{{countField, []string{"1"}}}}
	for i := 0; i < len(properties); i += 2 {
		p := property{name: properties[i]}
		p.learn(properties[i+1])
		one.properties = append(one.properties, p)
	}
	known, ok := f[k]
	if !ok {
		f[k] = one
		return
	}
	count := &known.properties[0] // in every fact it comes first
	n, _ := strconv.Atoi(count.values[0])
	known.learn(one)
	count.values = []string{strconv.Itoa(n + 1)}
	f[k] = known
}

// structure reads the structure out of a start. What only one kind of source
// can know, such as source places, is left out.
func structure(s *startup.Startup) facts {
	f := facts{}
	for _, sv := range s.Servers {
		f.add(key{KindServer, sv.Name, ""}, true, delegateField, delegate(sv))
		for _, h := range sv.PostStart {
			properties := []string{fromField, how(h.Inherited, h.Origin)}
			if !h.Inherited && h.Run != nil {
				properties = append(properties, "waits for", waits(h.Run), "deadline", deadline(h.Run))
			}
			f.add(key{KindHook, sv.Name, h.Name}, !h.Inherited, properties...)
		}
		for _, h := range sv.PreShutdown {
			f.add(key{KindPreShutdown, sv.Name, h.Name}, !h.Inherited, fromField, how(h.Inherited, h.Origin))
		}
		for _, h := range sv.Disabled {
			f.add(key{KindDisabledHook, sv.Name, h.Name}, true)
		}
		for _, c := range sv.Checks {
			f.addCheck(sv, c)
		}
		for _, r := range sv.Routes {
			f.add(key{KindRoute, sv.Name, r.Path + " (" + r.Match + ")"}, true, "installer", r.Installer, phaseField, r.Phase, "listed", strconv.FormatBool(r.Listed))
		}
		for _, g := range sv.Groups {
			f.add(key{KindGroup, sv.Name, orElse(g.Name, coreGroup)}, true, versionsField, versions(g))
		}
		for _, signal := range sv.Signals {
			f.add(key{KindSignal, sv.Name, signal.Name}, !signal.Inherited)
		}
	}
	return f
}

func (f facts) addCheck(sv *startup.Server, c *startup.Check) {
	switch c.State {
	case startup.CheckSkipped, startup.CheckMasked:
		if c.NotOffered {
			return // that it fails is an error, and no part of the structure
		}
		f.add(key{KindSkippedCheck, sv.Name, c.Name}, false, "skipped by", c.SkippedBy)
	case startup.CheckLost:
		f.add(key{KindLostCheck, sv.Name, c.Name}, false)
	default:
		f.add(key{KindCheck, sv.Name, c.Name}, c.State == startup.CheckOwn,
			fromField, how(c.State == startup.CheckInherited, c.Origin),
			endpointsField, strings.Join(c.Endpoints, " "), "livez grace period", c.Delay.String())
	}
}

// delegate is whom a server delegates to; "" where the trace has neither of the
// spans that tell.
func delegate(sv *startup.Server) string {
	unseen := startup.Interval{Start: 0, End: -1}
	if sv.Delegate == "" && sv.Create == unseen && sv.New == unseen {
		return ""
	}
	return orNone(sv.Delegate)
}

// versions are those that a group is installed with; "" where nobody says.
func versions(g startup.Group) string {
	if len(g.Versions)+len(g.Empty) == 0 {
		return ""
	}
	return orNone(sortedText(g.Versions))
}

func how(inherited bool, origin string) string {
	if !inherited {
		return "own"
	}
	return "inherited from " + origin
}

// waits is what a hook waits for; "" where nobody says.
func waits(r *startup.HookRun) string { return sortedText(r.WaitsFor) }

// deadline is a hook's deadline. The model names all, so that none is none only
// where something is known of the hook.
func deadline(r *startup.HookRun) string {
	switch {
	case r.Deadline > 0:
		return fmt.Sprintf("%v, then it %s", r.Deadline, orElse(r.AtDeadline, attr.DeadlineFails))
	case r.Behavior != "":
		return "none"
	}
	return ""
}

func sortedText(values []string) string {
	return strings.Join(slices.Sorted(slices.Values(values)), listSeparator)
}

func orNone(s string) string { return orElse(s, "none") }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
