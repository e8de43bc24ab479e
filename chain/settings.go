package chain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of the settings that every chain has. They are upstream's flags.
const (
	SettingProfiling           = "profiling"
	SettingContentionProfiling = "contention-profiling"
	SettingMetrics             = "enable-metrics"
	SettingIndex               = "enable-index"
	SettingDiscovery           = "enable-discovery"
	SettingPriorityAndFairness = "enable-priority-and-fairness"
	SettingDisabledHooks       = "disabled-post-start-hooks"
	SettingRuntimeConfig       = "runtime-config"
	SettingFeatureGates        = "feature-gates"
	SettingLivezGracePeriod    = "livez-grace-period"
	SettingShutdownDelay       = "shutdown-delay-duration"
	SettingShutdownRetryAfter  = "shutdown-send-retry-after"
	SettingStorage             = "storage" // not a flag: Fresh or Warm
)

// Values of SettingStorage: whether the described server starts on empty or on
// used storage.
const (
	Fresh = "fresh"
	Warm  = "warm"
)

var boolValues = []string{"true", "false"}

// BuiltinOptions returns the settings that every chain has.
func BuiltinOptions() []Option {
	return []Option{
		{Name: SettingProfiling, About: "pprof, debug flags and resettable metrics", Default: "true", Values: boolValues},
		{Name: SettingContentionProfiling, About: "block profile, where profiling is on", Default: "false", Values: boolValues},
		{Name: SettingMetrics, About: "/metrics", Default: "true", Values: boolValues},
		{Name: SettingIndex, About: "the index at /", Default: "true", Values: boolValues},
		{Name: SettingDiscovery, About: "/apis on servers that keep discovery", Default: "true", Values: boolValues},
		{Name: SettingPriorityAndFairness, About: "priority and fairness instead of a limit of requests in flight", Default: "true", Values: boolValues},
		{Name: SettingDisabledHooks, About: "post-start hooks not to register, comma-separated"},
		{Name: SettingRuntimeConfig, About: "API versions to turn on or off: G/V=true, api/all=false, api/ga, api/beta, api/alpha, comma-separated"},
		{Name: SettingFeatureGates, About: "feature gates as GATE=true or GATE=false, comma-separated"},
		{Name: SettingLivezGracePeriod, About: "how long boot checks pass on /livez", Default: "0s"},
		{Name: SettingShutdownDelay, About: "how long to go on serving after the stop", Default: "0s"},
		{Name: SettingShutdownRetryAfter, About: "answer 429 while draining, and listen until drained", Default: "false", Values: boolValues},
		{Name: SettingStorage, About: "durations on empty or on used storage", Default: Fresh, Values: []string{Fresh, Warm}},
	}
}

// AllOptions returns all settings that a chain of this description has: its own
// behind those of every chain, which have the defaults that it gives them.
func (d *Description) AllOptions() []Option {
	options := BuiltinOptions()
	for i, o := range options {
		if value, ok := d.Settings[o.Name]; ok {
			options[i].Default = value
		}
	}
	return append(options, d.Options...)
}

// Settings are the values of a chain's options.
type Settings struct {
	values        map[string]string
	durations     map[string]time.Duration
	runtimeConfig map[string]bool // by G/V or api/…
}

// ParseSettings reads assignments of the form NAME=VALUE for the options of a
// description. The gates of feature-gates may be assigned directly as well. Of
// two assignments to one name the later holds; runtime-config and
// feature-gates add up.
func ParseSettings(d *Description, assignments []string) (*Settings, error) {
	s := &Settings{values: map[string]string{}, durations: map[string]time.Duration{}, runtimeConfig: map[string]bool{}}
	options := map[string]Option{}
	for _, o := range d.AllOptions() {
		options[o.Name] = o
		s.values[o.Name] = o.Default
	}
	for _, a := range assignments {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, fmt.Errorf("setting %q: want NAME=VALUE", a)
		}
		if err := s.assign(d, options, strings.TrimPrefix(name, "--"), value); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{SettingLivezGracePeriod, SettingShutdownDelay} {
		v, err := parseDuration(name, s.values[name])
		if err != nil {
			return nil, err
		}
		s.durations[name] = v
	}
	return s, s.checkFlowControl(d)
}

// parseDuration reads the value of a setting that is a duration.
func parseDuration(name, value string) (time.Duration, error) {
	v, err := time.ParseDuration(value)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("setting %s: %q is not a duration; write it like 500ms or 10s", name, value)
	}
	return v, nil
}

func (s *Settings) assign(d *Description, options map[string]Option, name, value string) error {
	o, ok := options[name]
	switch {
	case !ok:
		return fmt.Errorf("setting %q is unknown; this chain has %s", name, strings.Join(sortedKeys(options), ", "))
	case name == SettingFeatureGates:
		return s.assignGates(options, value)
	case name == SettingRuntimeConfig:
		return s.assignRuntimeConfig(d, value)
	case len(o.Values) > 0 && !slices.Contains(o.Values, value):
		return fmt.Errorf("setting %s: %q is not one of %s", name, value, strings.Join(o.Values, ", "))
	}
	s.values[name] = value
	return nil
}

func (s *Settings) assignGates(options map[string]Option, value string) error {
	for entry := range strings.SplitSeq(value, ",") {
		gate, v, ok := strings.Cut(strings.TrimSpace(entry), "=")
		if o, known := options[gate]; !known || !o.Gate {
			return fmt.Errorf("setting %s: gate %q is unknown; this chain has %s", SettingFeatureGates, gate, strings.Join(gates(options), ", "))
		}
		if !ok || !slices.Contains(boolValues, v) {
			return fmt.Errorf("setting %s: %q: want %s=true or %s=false", SettingFeatureGates, entry, gate, gate)
		}
		s.values[gate] = v
	}
	return nil
}

func gates(options map[string]Option) []string {
	var names []string
	for name, o := range options {
		if o.Gate {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *Settings) assignRuntimeConfig(d *Description, value string) error {
	known := d.GroupVersions()
	for entry := range strings.SplitSeq(value, ",") {
		key, v, ok := strings.Cut(strings.TrimSpace(entry), "=")
		on := true
		if ok {
			var err error
			if on, err = strconv.ParseBool(v); err != nil {
				return fmt.Errorf("setting %s: %s=%q: want true or false", SettingRuntimeConfig, key, v)
			}
		}
		if !slices.Contains([]string{"api/all", "api/ga", "api/beta", "api/alpha"}, key) && !slices.Contains(known, key) {
			return fmt.Errorf("setting %s: no group of this chain has the version %q; it has %s", SettingRuntimeConfig, key, strings.Join(known, ", "))
		}
		s.runtimeConfig[key] = on
	}
	return nil
}

// GroupVersions returns every group version of a description, sorted: G/V, or V
// alone for the core group.
func (d *Description) GroupVersions() []string {
	var gvs []string
	add := func(g Group) {
		for _, v := range g.Versions {
			gvs = append(gvs, groupVersion(g.Name, v.Version))
		}
		for _, v := range g.Empty {
			gvs = append(gvs, groupVersion(g.Name, v))
		}
	}
	for _, server := range d.Servers {
		for _, item := range server.Install {
			if item.Group != nil {
				add(*item.Group)
			}
			for _, p := range item.Providers {
				add(p.Group)
			}
		}
	}
	slices.Sort(gvs)
	return slices.Compact(gvs)
}

// checkFlowControl refuses priority and fairness without the API that it is
// configured through, as upstream's validation does.
func (s *Settings) checkFlowControl(d *Description) error {
	const gv = "flowcontrol.apiserver.k8s.io/v1"
	if s.Bool(SettingPriorityAndFairness) && slices.Contains(d.GroupVersions(), gv) && !s.versionEnabled("flowcontrol.apiserver.k8s.io", "v1", true) {
		return fmt.Errorf("settings: %s needs %s; turn that on, or set %s=false", SettingPriorityAndFairness, gv, SettingPriorityAndFairness)
	}
	return nil
}

// Value returns a setting's value, "" when there is no such setting.
func (s *Settings) Value(name string) string { return s.values[name] }

// Bool reports whether a setting is true.
func (s *Settings) Bool(name string) bool { return s.values[name] == "true" }

// Recorded returns the duration on the storage that the settings name.
func (s *Settings) Recorded(r Recorded) time.Duration {
	if s.values[SettingStorage] == Warm {
		return r.Warm
	}
	return r.Fresh
}

// Hold reports whether the conditions hold.
func (s *Settings) Hold(c Conditions) bool {
	for _, when := range c.When {
		if !s.holds(when) {
			return false
		}
	}
	return !slices.ContainsFunc(c.Unless, s.holds)
}

// Applicable returns the steps whose conditions hold.
func (s *Settings) Applicable(steps []Step) []Step {
	return slices.DeleteFunc(slices.Clone(steps), func(step Step) bool { return !s.Hold(step.Conditions) })
}

func (s *Settings) holds(c Condition) bool {
	value := s.values[c.Setting]
	if c.Value == "set" {
		return value != ""
	}
	return value == c.Value || slices.Contains(strings.Split(value, ","), c.Value)
}

// versionEnabled reports whether runtime-config leaves a version on. What is
// said of the version itself goes before what is said of its kind, and that
// before what is said of all.
func (s *Settings) versionEnabled(group, version string, byDefault bool) bool {
	kind := "api/ga"
	switch {
	case strings.Contains(version, "alpha"):
		kind = "api/alpha"
	case strings.Contains(version, "beta"):
		kind = "api/beta"
	}
	for _, key := range []string{groupVersion(group, version), kind, "api/all"} {
		if on, ok := s.runtimeConfig[key]; ok {
			return on
		}
	}
	return byDefault
}

// group returns what the settings leave of a described group.
func (s *Settings) group(g Group) APIGroupInfo {
	info := APIGroupInfo{Group: g.Name}
	for _, v := range g.Versions {
		if s.Hold(v.Conditions) && s.versionEnabled(g.Name, v.Version, !v.Off) {
			info.Versions = append(info.Versions, APIVersionInfo{Version: v.Version, Resources: v.Resources, Routes: v.Routes})
		} else {
			info.Empty = append(info.Empty, v.Version)
		}
	}
	info.Empty = append(info.Empty, g.Empty...)
	return info
}
