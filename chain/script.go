package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// WhatIf changes how described hooks run. The keys are names of hooks.
type WhatIf struct {
	Slow map[string]time.Duration // takes longer by this
	Fail map[string]string        // returns this error at its end
	Hang map[string]bool          // never ends its last step
}

// Hooks returns the names of all hooks that something is to be different for,
// sorted and each once.
func (w WhatIf) Hooks() []string {
	var names []string
	for name := range w.Slow {
		names = append(names, name)
	}
	for name := range w.Fail {
		names = append(names, name)
	}
	for name := range w.Hang {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// script plays what a description says of hooks, caches and checks: how long
// they take and what they wait for.
type script struct {
	description *Description
	clock       clock.Clock
	settings    *Settings
	whatIf      WhatIf
	served      func(groupVersion string) bool

	background context.Context // what caches live under
	caches     []*scriptedCache

	mu      sync.Mutex
	ended   map[string]*clock.Event // by hook: it has ended without an error
	signals map[string]*clock.Event // by name: mux-and-discovery-complete signals
}

// scriptedCache is an informer cache.
type scriptedCache struct {
	Cache
	started, synced *clock.Event
}

func newScript(d *Description, o CompletedOptions) *script {
	s := &script{
		description: d, clock: o.clock, settings: o.settings, whatIf: o.whatIf,
		ended: map[string]*clock.Event{}, signals: map[string]*clock.Event{},
	}
	for _, c := range d.Caches {
		s.caches = append(s.caches, &scriptedCache{c, o.clock.NewEvent(), o.clock.NewEvent()})
	}
	return s
}

// event returns the event of a name, made when it is first asked for. One that
// nobody fires is waited for forever, as upstream would.
func (s *script) event(events map[string]*clock.Event, name string) *clock.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := events[name]
	if !ok {
		e = s.clock.NewEvent()
		events[name] = e
	}
	return e
}

// hook returns the hook that a description describes.
func (s *script) hook(h Hook) PostStartHook {
	steps := s.settings.Applicable(h.Steps)
	ended := s.event(s.ended, h.Name)
	var closes *clock.Event
	if h.Closes != "" {
		closes = s.event(s.signals, h.Closes)
	}
	hook := PostStartHook{
		Name: h.Name, RegisteredAt: h.RegisteredAt, Behavior: h.Behavior,
		Deadline: h.Deadline, AtDeadline: h.AtDeadline, described: true,
		WaitsFor: s.description.WaitsFor(h.Steps, s.settings),
	}
	hook.Func = func(ctx PostStartHookContext) error {
		if err := s.runHook(ctx, h, steps); err != nil {
			return err
		}
		if closes != nil {
			closes.Fire()
		}
		ended.Fire()
		s.startCaches(h.Name)
		return nil
	}
	return hook
}

// runHook plays the hook's steps under its deadline.
func (s *script) runHook(ctx PostStartHookContext, h Hook, steps []Step) error {
	stepCtx := ctx.Context
	if h.Deadline > 0 {
		limited, release := clock.WithTimeout(s.clock, ctx, h.Deadline, errDeadline)
		defer release(context.Canceled)
		if h.AtDeadline == attr.DeadlineIgnored {
			defer func() {
				if errors.Is(context.Cause(limited), errDeadline) {
					ctx.DeadlineHit()
				}
			}()
		} else {
			stepCtx = limited
		}
	}
	err := s.playHook(stepCtx, h.Name, steps, ctx.BlockedOn)
	if err == nil || !errors.Is(err, errDeadline) {
		return err
	}
	ctx.DeadlineHit()
	if h.AtDeadline == attr.DeadlinePasses {
		return nil
	}
	return fmt.Errorf("not done within %v", h.Deadline)
}

var errDeadline = errors.New("the hook's deadline has passed")

// playHook plays steps with the what-if changes of the hook.
func (s *script) playHook(ctx context.Context, name string, steps []Step, blockedOn func(string)) error {
	if err := s.play(ctx, steps, blockedOn); err != nil {
		return err
	}
	if extra := s.whatIf.Slow[name]; extra > 0 {
		blockedOn("timer:" + extra.String())
		if err := s.clock.Sleep(ctx, extra); err != nil {
			return err
		}
	}
	if s.whatIf.Hang[name] {
		if len(steps) == 0 {
			blockedOn("work:hangs")
		}
		return s.never(ctx)
	}
	if message, fails := s.whatIf.Fail[name]; fails {
		return errors.New(message)
	}
	return nil
}

// play plays steps one after the other.
func (s *script) play(ctx context.Context, steps []Step, blockedOn func(string)) error {
	for _, step := range steps {
		blockedOn(step.Notation(s.settings))
		if err := s.step(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) step(ctx context.Context, step Step) error {
	switch {
	case step.Hook != "":
		return s.await(ctx, s.event(s.ended, step.Hook), step.Poll)
	case step.Cache != "":
		c := s.cache(step.Cache)
		if c == nil {
			return s.never(ctx)
		}
		return s.await(ctx, c.synced, step.Poll)
	case step.Needs != "" && !s.served(step.Needs):
		return s.never(ctx)
	}
	return s.clock.Sleep(ctx, s.settings.Recorded(step.Takes))
}

// await waits for an event; with an interval it is noticed only at the next
// look.
func (s *script) await(ctx context.Context, e *clock.Event, interval time.Duration) error {
	begin := s.clock.Now()
	if err := e.Wait(ctx); err != nil {
		return err
	}
	if interval <= 0 {
		return nil
	}
	late := s.clock.Now().Sub(begin) % interval
	if late == 0 {
		return nil
	}
	return s.clock.Sleep(ctx, interval-late)
}

// never waits for what does not happen.
func (s *script) never(ctx context.Context) error { return s.clock.NewEvent().Wait(ctx) }

func (s *script) cache(name string) *scriptedCache {
	for _, c := range s.caches {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// startCaches starts the caches that a hook starts, unless they are started
// already.
func (s *script) startCaches(hook string) {
	for _, c := range s.caches {
		if slices.Contains(c.StartedBy, hook) {
			s.startCache(c)
		}
	}
}

func (s *script) startCache(c *scriptedCache) {
	if !c.started.Fire() || c.Needs != "" && !s.served(c.Needs) {
		return
	}
	s.clock.Go(func() {
		if s.clock.Sleep(s.background, s.settings.Recorded(c.Syncs)) == nil {
			c.synced.Fire()
		}
	})
}

// informerFactory is a cache as the generic server sees it.
type informerFactory struct {
	script *script
	cache  *scriptedCache
}

// Start implements [SharedInformerFactory].
func (f informerFactory) Start(context.Context) { f.script.startCache(f.cache) }

// Synced implements [SharedInformerFactory].
func (f informerFactory) Synced() error {
	if f.cache.started.Fired() && !f.cache.synced.Fired() {
		return fmt.Errorf("informers of cache %s: %w", f.cache.Name, errNotDone)
	}
	return nil
}

// Notation writes a step as attr.HookWaitsFor has it.
func (s Step) Notation(settings *Settings) string {
	switch {
	case s.Hook != "":
		return "hook:" + s.Hook
	case s.Cache != "":
		return "cache:" + s.Cache
	case s.Timer:
		return "timer:" + settings.Recorded(s.Takes).String()
	case s.Loopback != "":
		return "loopback:" + s.Loopback
	}
	return "work:" + s.Work
}
