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

// key identifies a thing in a chain.
type key struct{ kind, server, name string }

// fact is what is known of a thing. Empty values are not known.
type fact struct {
	own    bool // not taken over from a delegate
	fields []Field
}

// Field is a property of a thing on both sides.
type Field struct {
	Name     string
	From, To string
}

// countField says how many things have one key.
const countField = "count"

// phaseField says in which phase a route was installed.
const phaseField = "phase"

// facts are the structure of one start.
type facts map[key]fact

// add adds a thing with its properties, as names and values. Of things with one
// key it counts how many there are.
func (f facts) add(k key, own bool, properties ...string) {
	if known, ok := f[k]; ok {
		for i := range known.fields {
			if known.fields[i].Name == countField {
				n, _ := strconv.Atoi(known.fields[i].From) // our own
				known.fields[i].From = strconv.Itoa(n + 1)
			}
		}
		return
	}
	fields := []Field{{Name: countField, From: "1"}}
	for i := 0; i < len(properties); i += 2 {
		fields = append(fields, Field{Name: properties[i], From: properties[i+1]})
	}
	f[k] = fact{own, fields}
}

// structure reads the structure out of a start. What only one kind of source
// can know, such as source places, is left out.
func structure(s *startup.Startup) facts {
	f := facts{}
	for _, sv := range s.Servers {
		f.add(key{KindServer, sv.Name, ""}, true, "delegate", orNone(sv.Delegate))
		for _, h := range sv.PostStart {
			properties := []string{"from", how(h.Inherited, h.Origin)}
			if !h.Inherited && h.Run != nil {
				properties = append(properties, "waits for", waits(h.Run), "deadline", deadline(h.Run))
			}
			f.add(key{KindHook, sv.Name, h.Name}, !h.Inherited, properties...)
		}
		for _, h := range sv.PreShutdown {
			f.add(key{KindPreShutdown, sv.Name, h.Name}, !h.Inherited, "from", how(h.Inherited, h.Origin))
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
			f.add(key{KindGroup, sv.Name, orElse(g.Name, "core")}, true, "versions", orNone(sortedText(g.Versions)))
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
		f.add(key{KindSkippedCheck, sv.Name, c.Name}, true, "skipped by", c.SkippedBy)
	case startup.CheckLost:
		f.add(key{KindLostCheck, sv.Name, c.Name}, true)
	default:
		f.add(key{KindCheck, sv.Name, c.Name}, c.State == startup.CheckOwn,
			"from", how(c.State == startup.CheckInherited, c.Origin),
			"endpoints", orNone(strings.Join(c.Endpoints, " ")), "livez grace period", c.Delay.String())
	}
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
	return strings.Join(slices.Sorted(slices.Values(values)), ", ")
}

func orNone(s string) string { return orElse(s, "none") }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
