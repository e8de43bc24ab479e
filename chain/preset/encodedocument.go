package preset

import (
	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// document writes a description as a mapping, the other way round from
// [decoder.description].
func document(d *chain.Description) *yaml.Node {
	o := block()
	o.put("name", must(d.Name))
	o.put("about", text(d.About))
	o.put("version", text(d.Version))
	o.put("process", text(d.Process))
	o.put("origin", origin(d.Origin))
	o.put("settings", mapped(d.Settings, must))
	o.put("options", sequence(d.Options, option))
	o.put("timing", processTiming(d.Timing))
	o.put("caches", sequence(d.Caches, cache))
	o.put("generic", generic(d.Generic))
	o.put("servers", sequence(d.Servers, server))
	shutdown := block()
	shutdown.put("drain", recorded(d.Shutdown.Drain))
	shutdown.put("httpServer", recorded(d.Shutdown.HTTPServer))
	o.put("shutdown", shutdown.built())
	return o.node
}

func origin(origin chain.Origin) *yaml.Node {
	o := block()
	o.put("source", text(origin.Source))
	o.put("server", text(origin.Server))
	o.put("command", text(origin.Command))
	if o.built() == nil {
		return text(origin.Note)
	}
	o.put("note", text(origin.Note))
	return o.node
}

func option(option chain.Option) *yaml.Node {
	o := flow()
	o.put("name", must(option.Name))
	o.put("default", must(option.Default))
	o.put("values", texts(option.Values))
	o.put("gate", flag(option.Gate))
	o.put("about", text(option.About))
	return o.node
}

func processTiming(t chain.ProcessTiming) *yaml.Node {
	o := block()
	o.put("init", recorded(t.Init))
	o.put("configBuild", recorded(t.ConfigBuild))
	o.put("configComplete", recorded(t.ConfigComplete))
	o.put("serve", recorded(t.Serve))
	o.put("hookStart", recorded(t.HookStart))
	return o.built()
}

func cache(c chain.Cache) *yaml.Node {
	o := block()
	o.put("name", must(c.Name))
	o.put("startedBy", texts(c.StartedBy))
	o.put("syncs", recorded(c.Syncs))
	o.put("needs", text(c.Needs))
	return o.node
}

func generic(g chain.GenericConfig) *yaml.Node {
	o := block()
	client := flow()
	client.put("port", count(g.KubeletClient.Port))
	o.put("kubeletClient", client.built())
	o.put("informerCache", text(g.InformerCache))
	o.put("objectCountTracker", flag(g.ObjectCountTracker))
	o.put("noNotFoundHandler", flag(g.NoNotFoundHandler))
	o.put("sliMetrics", flag(g.SLIMetrics))
	o.put("openAPIV2", flag(g.OpenAPIV2))
	o.put("openAPIV3", flag(g.OpenAPIV3))
	o.put("skipOpenAPI", flag(g.SkipOpenAPI))
	o.put("flagz", conditional(g.Flagz))
	o.put("statusz", conditional(g.Statusz))
	o.put("checks", sequence(g.Checks, check))
	o.put("preconfiguredHooks", sequence(g.PreconfiguredHooks, hook))
	o.put("disabledHooks", sequence(g.DisabledHooks, disabledHook))
	o.put("newHooks", mapped(g.NewHooks, genericHook))
	o.put("routeSources", mapped(g.RouteSources, must))
	return o.built()
}

func conditional(c chain.Conditional) *yaml.Node {
	o := flow()
	o.put("present", flag(c.Present))
	o.putConditions(c.Conditions)
	return o.built()
}

func genericHook(h chain.GenericHook) *yaml.Node {
	o := block()
	o.put("steps", steps(h.Steps))
	o.put("registeredAt", text(h.RegisteredAt))
	return o.node
}

func disabledHook(h chain.DisabledHook) *yaml.Node {
	o := flow()
	o.put("name", must(h.Name))
	o.putConditions(h.Conditions)
	return o.node
}

func server(s chain.Server) *yaml.Node {
	o := block()
	o.put("name", must(s.Name))
	o.put("kind", must(string(s.Kind)))
	timing := block()
	timing.put("create", recorded(s.Timing.Create))
	timing.put("new", recorded(s.Timing.New))
	timing.put("installAPIs", recorded(s.Timing.InstallAPIs))
	timing.put("prepare", recorded(s.Timing.Prepare))
	timing.put("afterPrepare", recorded(s.Timing.AfterPrepare))
	o.put("timing", timing.built())
	o.put("checks", sequence(s.Checks, check))
	o.put("preconfiguredHooks", sequence(s.PreconfiguredHooks, hook))
	o.put("disabledHooks", sequence(s.DisabledHooks, disabledHook))
	if s.APIServices != nil {
		o.put("apiServices", apiServices(*s.APIServices))
	}
	o.put("install", sequence(s.Install, item))
	o.put("beforePrepare", sequence(s.BeforePrepare, item))
	o.put("afterPrepare", sequence(s.AfterPrepare, item))
	o.put("crds", sequence(s.CRDs, crd))
	return o.node
}

func apiServices(a chain.APIServices) *yaml.Node {
	o := block()
	o.put("steps", steps(a.Steps))
	o.put("each", recorded(a.Each))
	o.put("remote", sequence(a.Remote, func(r chain.RemoteAPIService) *yaml.Node {
		o := flow()
		o.put("group", text(r.Group))
		o.put("version", text(r.Version))
		o.put("available", flag(r.Available))
		return o.node
	}))
	return o.node
}

func crd(c chain.CRD) *yaml.Node {
	o := flow()
	o.put("group", text(c.Group))
	o.put("version", text(c.Version))
	o.put("resources", texts(c.Resources))
	return o.node
}
