package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Group is changes of the structure that are one to a reader: the same on several
// servers, or of routes below one path.
type Group struct {
	Op      Op
	Kind    string
	Name    string   // the changes' own; of several routes the path that all are at or below
	Routes  []string // of several routes their names, sorted; else empty
	Servers []string // that have the changes, sorted
	Was     string   // as that of the changes
	Fields  []Field
	InA     int
	InB     int
	Members []int // the changes' places in Diff.Structure, ascending
}

// Groups puts the changes of the structure together that are the same but for the
// server, and then the routes that changed alike on the same servers and begin with
// the same two segments of a path. Every change is in one group; groups are in the
// order of their first changes.
func (d *Diff) Groups() []Group {
	var alike []Group
	at := map[alikeKey]int{}
	for i, c := range d.Structure {
		k := newAlikeKey(c)
		if g, ok := at[k]; ok && c.Op != Moved { // where it moved to is part of what happened
			alike[g].Servers = append(alike[g].Servers, c.Server)
			alike[g].Members = append(alike[g].Members, i)
			continue
		}
		at[k] = len(alike)
		alike = append(alike, Group{
			Op: c.Op, Kind: c.Kind, Name: c.Name, Servers: []string{c.Server}, Was: c.Was, Fields: c.Fields, InA: c.InA, InB: c.InB, Members: []int{i},
		})
	}
	return d.families(alike)
}

// alikeKey is what changes have in common that are the same but for the server.
type alikeKey struct {
	op                      Op
	kind, name, was, fields string
	counts                  [4]int // of the starts
	undecided               bool
}

func newAlikeKey(c Change) alikeKey {
	return alikeKey{c.Op, c.Kind, c.Name, c.Was, fieldsKey(c.Fields), [4]int{c.InA, c.InB, c.OfA, c.OfB}, c.Undecided}
}

// fieldsKey is the same for the same fields alone.
func fieldsKey(fields []Field) string {
	if len(fields) == 0 {
		return ""
	}
	return fmt.Sprintf("%q", fields)
}

// families puts routes together.
func (d *Diff) families(alike []Group) []Group {
	var out []Group
	at := map[alikeKey]int{}
	for _, g := range alike {
		family, ok := familyOf(g.Name)
		if g.Kind != KindRoute || !ok {
			out = append(out, g)
			continue
		}
		k := newAlikeKey(d.Structure[g.Members[0]])
		k.kind, k.name = family, strings.Join(g.Servers, "\n")
		if i, ok := at[k]; ok {
			out[i].Routes = append(out[i].Routes, g.Name)
			out[i].Members = append(out[i].Members, g.Members...)
			continue
		}
		at[k] = len(out)
		g.Routes = []string{g.Name}
		out = append(out, g)
	}
	for i := range out {
		if g := &out[i]; len(g.Routes) > 1 {
			g.Name = commonPath(g.Routes)
			slices.Sort(g.Members)
		} else {
			g.Routes = nil
		}
	}
	slices.SortStableFunc(out, func(x, y Group) int { return cmp.Compare(x.Members[0], y.Members[0]) })
	return out
}

// segments splits a route's path.
func segments(route string) []string {
	path, _, _ := strings.Cut(route, " (")
	return strings.Split(strings.Trim(path, "/"), "/")
}

// familySegments is how many segments routes of a family have in common: /apis/batch
// or /debug/pprof says what they are about, while /apis alone is half a server.
const familySegments = 2

// familyOf returns what a route has in common with its family; false for one that
// is too short to have one.
func familyOf(route string) (string, bool) {
	s := segments(route)
	if len(s) < familySegments {
		return "", false
	}
	return strings.Join(s[:familySegments], "/"), true
}

// commonPath is the path that all routes are at or below.
func commonPath(routes []string) string {
	common := segments(routes[0])
	for _, r := range routes[1:] {
		s := segments(r)
		n := 0
		for n < min(len(common), len(s)) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	return "/" + strings.Join(common, "/")
}
