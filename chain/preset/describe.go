package preset

import (
	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

func (d *decoder) description(to *chain.Description) into {
	return d.mapping(fields{
		"name":     d.text(&to.Name),
		"about":    d.text(&to.About),
		"version":  d.text(&to.Version),
		"process":  d.text(&to.Process),
		"origin":   d.origin(&to.Origin),
		"settings": named(d, &to.Settings, d.text),
		"options":  list(d, &to.Options, d.option),
		"timing":   d.processTiming(&to.Timing),
		"caches":   list(d, &to.Caches, d.cache),
		"generic":  d.generic(&to.Generic),
		"servers":  list(d, &to.Servers, d.server),
		"shutdown": d.mapping(fields{"drain": d.recorded(&to.Shutdown.Drain), "httpServer": d.recorded(&to.Shutdown.HTTPServer)}),
	})
}

// origin reads where the facts come from; a text alone is a note.
func (d *decoder) origin(to *chain.Origin) into {
	return func(path string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			d.text(&to.Note)(path, n)
			return
		}
		d.mapping(fields{
			"source":  d.text(&to.Source),
			"server":  d.text(&to.Server),
			"command": d.text(&to.Command),
			"note":    d.text(&to.Note),
		})(path, n)
	}
}

func (d *decoder) option(to *chain.Option) into {
	return d.mapping(fields{
		"name":    d.text(&to.Name),
		"about":   d.text(&to.About),
		"default": d.text(&to.Default),
		"values":  list(d, &to.Values, d.text),
		"gate":    d.flag(&to.Gate),
	})
}

func (d *decoder) processTiming(to *chain.ProcessTiming) into {
	return d.mapping(fields{
		"init":           d.recorded(&to.Init),
		"configBuild":    d.recorded(&to.ConfigBuild),
		"configComplete": d.recorded(&to.ConfigComplete),
		"serve":          d.recorded(&to.Serve),
		"hookStart":      d.recorded(&to.HookStart),
	})
}

func (d *decoder) cache(to *chain.Cache) into {
	return d.mapping(fields{
		"name":      d.text(&to.Name),
		"startedBy": list(d, &to.StartedBy, d.text),
		"syncs":     d.recorded(&to.Syncs),
		"needs":     d.text(&to.Needs),
	})
}

func (d *decoder) generic(to *chain.GenericConfig) into {
	return d.mapping(fields{
		"checks":             list(d, &to.Checks, d.check),
		"preconfiguredHooks": list(d, &to.PreconfiguredHooks, d.hook),
		"disabledHooks":      list(d, &to.DisabledHooks, d.disabledHook),
		"informerCache":      d.text(&to.InformerCache),
		"objectCountTracker": d.flag(&to.ObjectCountTracker),
		"noNotFoundHandler":  d.flag(&to.NoNotFoundHandler),
		"sliMetrics":         d.flag(&to.SLIMetrics),
		"openAPIV2":          d.flag(&to.OpenAPIV2),
		"openAPIV3":          d.flag(&to.OpenAPIV3),
		"skipOpenAPI":        d.flag(&to.SkipOpenAPI),
		"flagz":              d.conditional(&to.Flagz),
		"statusz":            d.conditional(&to.Statusz),
		"newHooks":           named(d, &to.NewHooks, d.genericHook),
		"routeSources":       named(d, &to.RouteSources, d.text),
		"kubeletClient":      d.mapping(fields{"port": d.count(&to.KubeletClient.Port)}),
	})
}

func (d *decoder) conditional(to *chain.Conditional) into {
	return d.mapping(fields{
		"present": d.flag(&to.Present),
		"when":    d.conditions(&to.When),
		"unless":  d.conditions(&to.Unless),
	})
}

func (d *decoder) genericHook(to *chain.GenericHook) into {
	return d.mapping(fields{
		"steps":        list(d, &to.Steps, d.step),
		"registeredAt": d.text(&to.RegisteredAt),
	})
}

func (d *decoder) disabledHook(to *chain.DisabledHook) into {
	return d.mapping(fields{
		"name":   d.text(&to.Name),
		"when":   d.conditions(&to.When),
		"unless": d.conditions(&to.Unless),
	})
}

func (d *decoder) server(to *chain.Server) into {
	return d.mapping(fields{
		"name":               d.text(&to.Name),
		"kind":               d.text((*string)(&to.Kind)),
		"checks":             list(d, &to.Checks, d.check),
		"preconfiguredHooks": list(d, &to.PreconfiguredHooks, d.hook),
		"disabledHooks":      list(d, &to.DisabledHooks, d.disabledHook),
		"install":            list(d, &to.Install, d.item),
		"beforePrepare":      list(d, &to.BeforePrepare, d.item),
		"afterPrepare":       list(d, &to.AfterPrepare, d.item),
		"crds":               list(d, &to.CRDs, d.crd),
		"apiServices":        optional(&to.APIServices, d.apiServices),
		"timing": d.mapping(fields{
			"create":       d.recorded(&to.Timing.Create),
			"new":          d.recorded(&to.Timing.New),
			"installAPIs":  d.recorded(&to.Timing.InstallAPIs),
			"prepare":      d.recorded(&to.Timing.Prepare),
			"afterPrepare": d.recorded(&to.Timing.AfterPrepare),
		}),
	})
}

func (d *decoder) item(to *chain.Item) into {
	return d.mapping(fields{
		"hook":            optional(&to.Hook, d.hook),
		"preShutdownHook": optional(&to.PreShutdownHook, d.shutdownHook),
		"check":           optional(&to.Check, d.check),
		"route":           optional(&to.Route, d.route),
		"webService":      optional(&to.WebService, d.webService),
		"group":           optional(&to.Group, d.group),
		"signal":          d.text(&to.Signal),
		"providers":       list(d, &to.Providers, d.provider),
		"when":            d.conditions(&to.When),
		"unless":          d.conditions(&to.Unless),
	})
}

func (d *decoder) hook(to *chain.Hook) into {
	return d.mapping(fields{
		"name":         d.text(&to.Name),
		"behavior":     d.text(&to.Behavior),
		"steps":        list(d, &to.Steps, d.step),
		"deadline":     d.duration(&to.Deadline),
		"atDeadline":   d.text(&to.AtDeadline),
		"closes":       d.text(&to.Closes),
		"registeredAt": d.text(&to.RegisteredAt),
		"when":         d.conditions(&to.When),
		"unless":       d.conditions(&to.Unless),
	})
}

// step reads a step. A timer is written with its duration: timer: 1s.
func (d *decoder) step(to *chain.Step) into {
	timer := func(path string, n *yaml.Node) {
		to.Timer = true
		d.recorded(&to.Takes)(path, n)
	}
	return d.mapping(fields{
		"hook":     d.text(&to.Hook),
		"cache":    d.text(&to.Cache),
		"timer":    timer,
		"loopback": d.text(&to.Loopback),
		"work":     d.text(&to.Work),
		"poll":     d.duration(&to.Poll),
		"takes":    d.recorded(&to.Takes),
		"needs":    d.text(&to.Needs),
		"when":     d.conditions(&to.When),
		"unless":   d.conditions(&to.Unless),
	})
}

func (d *decoder) shutdownHook(to *chain.ShutdownHook) into {
	return d.mapping(fields{
		"name":         d.text(&to.Name),
		"takes":        d.recorded(&to.Takes),
		"registeredAt": d.text(&to.RegisteredAt),
	})
}

func (d *decoder) check(to *chain.Check) into {
	return d.mapping(fields{
		"name":         d.text(&to.Name),
		"endpoints":    list(d, &to.Endpoints, d.text),
		"bootSequence": d.flag(&to.BootSequence),
		"steps":        list(d, &to.Steps, d.step),
		"fails":        d.text(&to.Fails),
		"when":         d.conditions(&to.When),
		"unless":       d.conditions(&to.Unless),
	})
}

func (d *decoder) route(to *chain.Route) into {
	return d.mapping(fields{
		"path":      d.text(&to.Path),
		"match":     d.text(&to.Match),
		"unlisted":  d.flag(&to.Unlisted),
		"handler":   d.text(&to.Handler),
		"installer": d.text(&to.Installer),
		"source":    d.text(&to.Source),
	})
}

func (d *decoder) webService(to *chain.WebService) into {
	return d.mapping(fields{
		"path":      d.text(&to.Path),
		"routes":    d.count(&to.Routes),
		"installer": d.text(&to.Installer),
		"source":    d.text(&to.Source),
	})
}

func (d *decoder) provider(to *chain.Provider) into {
	return d.mapping(fields{
		"group":  d.group(&to.Group),
		"hook":   optional(&to.Hook, d.hook),
		"off":    d.flag(&to.Off),
		"when":   d.conditions(&to.When),
		"unless": d.conditions(&to.Unless),
	})
}

func (d *decoder) group(to *chain.Group) into {
	return d.mapping(fields{
		"name":     d.text(&to.Name),
		"versions": list(d, &to.Versions, d.groupVersion),
		"empty":    list(d, &to.Empty, d.text),
	})
}

func (d *decoder) groupVersion(to *chain.GroupVersion) into {
	return d.mapping(fields{
		"version":   d.text(&to.Version),
		"routes":    d.count(&to.Routes),
		"resources": list(d, &to.Resources, d.text),
		"off":       d.flag(&to.Off),
		"when":      d.conditions(&to.When),
		"unless":    d.conditions(&to.Unless),
	})
}

func (d *decoder) apiServices(to *chain.APIServices) into {
	return d.mapping(fields{
		"steps":  list(d, &to.Steps, d.step),
		"each":   d.recorded(&to.Each),
		"remote": list(d, &to.Remote, d.remote),
	})
}

func (d *decoder) remote(to *chain.RemoteAPIService) into {
	return d.mapping(fields{
		"group":     d.text(&to.Group),
		"version":   d.text(&to.Version),
		"available": d.flag(&to.Available),
	})
}

func (d *decoder) crd(to *chain.CRD) into {
	return d.mapping(fields{
		"group":     d.text(&to.Group),
		"version":   d.text(&to.Version),
		"resources": list(d, &to.Resources, d.text),
	})
}
