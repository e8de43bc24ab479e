package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// modelRun says which chain of the model is run, and how.
type modelRun struct {
	description      *chain.Description // nil: that of the file or preset
	preset, file     string             // file, if given, is the description
	set              []string
	clock            string
	slow, fail, hang []string
	timeout          time.Duration
	shutdown         bool
	reproducible     bool
	service          string // service.name of all spans, instead of the servers'
}

// preparedRun is a run of the model with everything checked. It is run once.
type preparedRun struct {
	options   chain.Options
	completed chain.CompletedOptions
	providers *trace.Providers
}

// prepare checks everything. Its errors have exit codes.
func (m *modelRun) prepare() (*preparedRun, error) {
	d, err := m.describe()
	if err != nil {
		return nil, err
	}
	p := &preparedRun{}
	if p.options, err = m.chainOptions(d); err != nil {
		return nil, withCode(exitUsage, err)
	}
	p.providers = m.providers(d, p.options.Settings)
	p.options.TracerProviders = p.providers.Provider
	p.completed, err = p.options.Complete()
	return p, withCode(exitUsage, err)
}

// trace runs the chain and returns its spans, also if it did not get ready,
// which is the error.
func (p *preparedRun) trace(ctx context.Context) (*trace.Trace, error) {
	_, err := chain.Run(ctx, p.completed)
	return p.providers.Trace(), err
}

// describe returns the description of the chain.
func (m *modelRun) describe() (*chain.Description, error) {
	if m.description != nil {
		return m.description, nil
	}
	if m.file == "" {
		d, err := preset.Load(m.preset)
		return d, withCode(exitUsage, err)
	}
	d, err := preset.ReadFile(m.file)
	var malformed *preset.Error
	if err != nil && !errors.As(err, &malformed) {
		return nil, withCode(exitWork, err)
	}
	return d, withCode(exitUsage, err)
}

func (m *modelRun) chainOptions(d *chain.Description) (chain.Options, error) {
	settings, err := chain.ParseSettings(d, m.set)
	if err != nil {
		return chain.Options{}, err
	}
	if err := choice("clock", m.clock, attr.ClockSimulated, attr.ClockWall); err != nil {
		return chain.Options{}, err
	}
	if m.timeout <= 0 {
		return chain.Options{}, fmt.Errorf("--timeout: %v is not more than nothing", m.timeout)
	}
	whatIf, err := parseWhatIf(m.slow, m.fail, m.hang)
	if err != nil {
		return chain.Options{}, err
	}
	o := chain.Options{Description: d, Settings: settings, WhatIf: whatIf, ReadyTimeout: m.timeout, Shutdown: m.shutdown}
	o.Clock = clock.NewSimulated(m.start())
	if m.clock == attr.ClockWall {
		o.Clock = &clock.Wall{}
	}
	return o, nil
}

// start is when a simulated run begins.
func (m *modelRun) start() time.Time {
	if m.reproducible {
		return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Now()
}

// providers returns what records the spans.
func (m *modelRun) providers(d *chain.Description, settings *chain.Settings) *trace.Providers {
	config := trace.ProvidersConfig{ServiceName: m.service, Resource: []attribute.KeyValue{
		attribute.String(attr.ServiceVersion, d.Version),
		attribute.String(attr.Source, attr.SourceModel),
		attribute.String(attr.Clock, m.clock),
		attribute.String(attr.Preset, d.Name),
		attribute.String(attr.Storage, settings.Value(chain.SettingStorage)),
	}}
	if m.reproducible {
		config.IDs = trace.SequentialIDs()
	} else {
		config.Resource = append(config.Resource, attribute.String(attr.Version, readBuild().Version))
	}
	return trace.NewProviders(config)
}

// parseWhatIf reads the what-if flags.
func parseWhatIf(slow, fail, hang []string) (chain.WhatIf, error) {
	w := chain.WhatIf{Slow: map[string]time.Duration{}, Fail: map[string]string{}, Hang: map[string]bool{}}
	for _, s := range slow {
		hook, value, ok := strings.Cut(s, "=")
		d, err := time.ParseDuration(value)
		if !ok || err != nil || d < 0 {
			return w, fmt.Errorf("--slow %s: want HOOK=DURATION, such as %s=3s", s, hook)
		}
		w.Slow[hook] = d
	}
	for _, s := range fail {
		hook, message, ok := strings.Cut(s, "=")
		if !ok {
			message = "it was told to fail"
		}
		w.Fail[hook] = message
	}
	for _, hook := range hang {
		w.Hang[hook] = true
	}
	return w, nil
}
