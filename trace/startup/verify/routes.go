package verify

import (
	"fmt"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var routeRules = []*Rule{
	{
		Code: "CT301", Name: "route-registered-twice", Severity: Warning, find: routesTwice,
		Summary: "paths are registered more than once on one server",
		Why: `A server's mux lets a later registration of a path take the place of the earlier one; it
only logs that. Of two web services of one path the first answers. What was meant to
be answered by the other handler is not.`,
		Remedy: `Register the path once. For the paths of single health checks, see CT102: two checks have
one name.`,
	},
	{
		Code: "CT302", Name: "unreachable-routes", Severity: Note, find: unreachableRoutes,
		Summary: "routes whose paths something else answers before they are asked",
		Why: `A request comes to a delegate only when nothing further out answers its path: neither
that path itself nor a prefix or web service above it. Each server installs its own
health endpoints, metrics, profiling and index, so those of the delegates are never
asked. On one server, web services are asked before other paths. OpenAPI documents that the aggregator fetches from its
delegates by itself are not counted.`,
		Remedy: `Nothing, for what every server installs. If one of the paths is your own, give it another
one, or install it on the outermost server. chaintrace which PATH shows who answers.`,
	},
	{
		Code: "CT303", Name: "late-routes", Severity: Note, find: lateRoutes,
		Summary: "paths were installed after MuxAndDiscoveryComplete was fired",
		Why: `From that signal on, an unknown path is answered with 404, which clients take for the
truth, instead of 503 with Retry-After. On empty storage the aggregator has no
APIService to register and reports that it is done before it has installed any proxy.`,
		Remedy: `Have clients that come this early try again after a 404, or wait for /readyz, which also
waits for autoregister-completion.`,
	},
	{
		Code: "CT304", Name: "early-not-found", Severity: Note, find: earlyNotFound,
		Summary: "paths that are 404 at once although the server does not know all its paths yet",
		Why: `Before MuxAndDiscoveryComplete, the end of the chain answers unknown paths with 503
and Retry-After. A path that a web service claims never gets there: the web service of
a group, such as /apis/apps, claims everything below it and answers 404 at once, for a
version that is about to be registered too. A namespace or garbage collector that
believes that may act on it.`,
		Remedy: `Do not take a 404 for an API that does not exist before /readyz is 200.`,
	},
	{
		Code: "CT305", Name: "metrics-without-reset", Severity: Note, find: metricsWithoutReset,
		Summary: "DELETE /metrics answers 200 and resets nothing",
		Why: `Resetting metrics is installed together with profiling. With --profiling=false, /metrics
does not look at the method, and a DELETE is answered with the metrics. /debug/flags,
and with it changing the log level, is gone as well.`,
		Remedy: `Do not use DELETE /metrics, or turn profiling on; it needs authorization anyway.`,
	},
	{
		Code: "CT306", Name: "pprof-dead-link", Severity: Note, find: pprofDeadLink,
		Summary: "the page /debug/pprof/ links to cmdline, which is not found",
		Why: `The page is the one of Go's net/http/pprof, which has a link to the command line of the
process. Of its handlers only four are installed, and that one is not among them.`,
		Remedy: `Nothing. The command line is in /proc or in whatever started the process.`,
	},
}

// routesTwice finds the paths that are there more than once with one kind of
// match, and tells of each.
func routesTwice(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		var order []string
		twice := map[string]*Finding{}
		for _, r := range sv.Routes {
			if !r.Has(startup.MarkDuplicate) {
				continue
			}
			path := r.Route.Path
			found := twice[path]
			if found == nil {
				found = &Finding{Server: sv.Name, Kind: KindRoute, Name: path}
				twice[path] = found
				order = append(order, path)
			}
			found.Count++
			if found.Source == "" || r.Route.Replaces {
				found.Source = r.Route.Source
			}
		}
		for _, path := range order {
			found := twice[path]
			found.Count = max(2, found.Count)
			found.Message = fmt.Sprintf("%s is registered %d times on %s", path, found.Count, sv.Name)
			report(*found)
		}
	}
}

// unreachableRoutes waits until all servers have their endpoints: a route of one
// further out may still come, and may get the document of one further in.
func unreachableRoutes(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		if !f.Prepared(sv.Server) {
			return
		}
	}
	for _, sv := range f.ledger.Servers {
		var paths []string
		by := map[string][]string{}
		for _, r := range sv.Routes {
			if path := r.Route.Path; r.ShadowedBy != "" {
				paths = append(paths, path)
				by[path] = append(by[path], r.ShadowedBy)
			}
		}
		if len(paths) > 0 {
			report(sum(sv, paths, "", func(paths []string) string {
				return fmt.Sprintf("%d of the %d routes of %s are never asked by their path, as %s: %s",
					len(paths), len(sv.Routes), sv.Name, answers(sv.Name, paths, by), examples(paths))
			}))
		}
	}
}

// answers says who answers instead of a server: others further out, or its own
// web services.
func answers(server string, paths []string, by map[string][]string) string {
	var others, who []string
	seen := map[string]bool{server: true}
	own := false
	for _, path := range paths {
		for _, name := range by[path] {
			own = own || name == server
			if !seen[name] {
				seen[name] = true
				others = append(others, name)
			}
		}
	}
	switch len(others) {
	case 0:
	case 1:
		who = []string{others[0] + " answers further out"}
	default:
		who = []string{examples(others) + " answer further out"}
	}
	if own {
		who = append(who, "web services of its own answer first")
	}
	return sentence(who)
}

func lateRoutes(f *facts, report reporter) {
	complete, fired := f.signalAt(startup.MuxComplete)
	if !fired {
		return
	}
	for _, sv := range f.ledger.Servers {
		var paths []string
		installed := map[string]time.Duration{} // of routes of one path the last
		first, source := time.Duration(0), ""
		for _, r := range sv.Routes {
			if r.Route.At <= complete {
				continue
			}
			if len(paths) == 0 || r.Route.At < first {
				first, source = r.Route.At, r.Route.Source
			}
			paths = append(paths, r.Route.Path)
			installed[r.Route.Path] = max(installed[r.Route.Path], r.Route.At)
		}
		if len(paths) == 0 {
			continue
		}
		found := sum(sv, paths, source, func(paths []string) string {
			last := time.Duration(0)
			for _, path := range paths {
				last = max(last, installed[path])
			}
			return fmt.Sprintf("%s installed on %s after %s @%s, the last %s later: %s",
				count(len(paths), "path was", "paths were"), sv.Name, startup.MuxComplete, length(complete), length(last-complete), examples(paths))
		})
		found.chance = true
		report(found)
	}
}

// groupPath reports whether a path is that of an API group, below which there are
// its versions.
func groupPath(path string) bool {
	group, ok := strings.CutPrefix(path, "/apis/")
	return path == "/api" || ok && group != "" && !strings.Contains(group, "/")
}

// earlyNotFound looks for web services of groups where there is a signal to wait
// for: without one, all paths are known at once.
func earlyNotFound(f *facts, report reporter) {
	if f.outermost == nil || len(f.outermost.Signals) == 0 {
		return
	}
	for _, sv := range f.ledger.Servers {
		var paths []string
		source := ""
		for _, r := range sv.Routes {
			if r.Route.Match == attr.MatchWebService && groupPath(r.Route.Path) {
				if source == "" {
					source = r.Route.Source
				}
				paths = append(paths, r.Route.Path)
			}
		}
		if len(paths) > 0 {
			report(sum(sv, paths, source, func(paths []string) string {
				below := make([]string, len(paths))
				for i, path := range paths {
					below[i] = path + "/…"
				}
				return fmt.Sprintf("unknown versions below %s of %s are 404 at once, also before %s: %s",
					count(len(paths), "group path", "group paths"), sv.Name, startup.MuxComplete, examples(below))
			}))
		}
	}
}

// route returns the outermost server's own route of a path, or nil.
func (f *facts) route(path, match string) *startup.LedgerRoute {
	if f.outermost == nil {
		return nil
	}
	for i := range f.outermost.Routes {
		if r := &f.outermost.Routes[i]; r.Route.Path == path && r.Route.Match == match {
			return r
		}
	}
	return nil
}

func metricsWithoutReset(f *facts, report reporter) {
	r := f.route("/metrics", attr.MatchExact)
	if r == nil || !strings.Contains(r.Route.Installer, "DefaultMetrics") {
		return
	}
	report(Finding{
		Server: f.outermost.Name, Kind: KindRoute, Name: r.Route.Path, Source: r.Route.Source,
		Message: fmt.Sprintf("/metrics of %s is installed by %s: a DELETE is answered with the metrics and resets nothing", f.outermost.Name, r.Route.Installer),
	})
}

func pprofDeadLink(f *facts, report reporter) {
	page := f.route("/debug/pprof/", attr.MatchPrefix)
	if page == nil || f.route("/debug/pprof/cmdline", attr.MatchExact) != nil {
		return
	}
	report(Finding{
		Server: f.outermost.Name, Kind: KindRoute, Name: page.Route.Path, Source: page.Route.Source,
		Message: fmt.Sprintf("/debug/pprof/ of %s links to /debug/pprof/cmdline, which is not installed and answers 404", f.outermost.Name),
	})
}
