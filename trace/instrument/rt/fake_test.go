package chaintracert

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// What follows stands for upstream's server, with the calls where rules put them.

type fakeServer struct {
	container  *int
	hooks      map[string]int
	stops      map[string]int
	checks     []fakeCheck
	configured []fakeCheck
}

// broken is what the innermost server's etcd check returns.
var broken = errors.New("no etcd")

type fakeCheck struct {
	name string
	err  error
}

func (c fakeCheck) Name() string { return c.name }

func (c fakeCheck) Check(*http.Request) error {
	if hook := strings.TrimPrefix(c.name, "poststarthook/"); hook != c.name {
		if _, ok := finished.Load(hook); !ok {
			return errors.New("not finished")
		}
	}
	return c.err
}

// finished are the hooks that have ended.
var finished sync.Map

type groupVersion struct{ Group, Version string }

func newFake(name string, delegate *fakeServer) *fakeServer {
	var err error
	defer New(name, delegate)(&err)
	s := &fakeServer{
		container: new(int), hooks: map[string]int{}, stops: map[string]int{},
		configured: []fakeCheck{{name: "ping"}, {name: "etcd"}},
	}
	Made(s, name, s.container, s.configured, s.configured[:1], s.configured)
	s.checks = s.configured
	if delegate == nil {
		s.checks = []fakeCheck{{name: "ping"}, {name: "etcd", err: broken}}
	}
	if delegate != nil {
		MergeHooks(s, delegate, delegate.hooks, delegate.stops)
		for name := range delegate.hooks {
			s.hooks[name] = 1
		}
		merged := MergeChecks(s, delegate)
		for _, c := range delegate.checks {
			if c.name == "ping" || c.name == "etcd" {
				SkipCheck(s, c)
				continue
			}
			s.addChecks(c)
		}
		merged(nil)
	}
	func() {
		defer InstallAPI(s)(nil)
		Route(name, "/metrics", "exact", true, false)
	}()
	return s
}

func (s *fakeServer) addHook(name string) (err error) {
	defer RegisterHook(s, name, PostStart, name == "disabled", false)(&err)
	if s.hooks[name] != 0 {
		return errors.New(name + " is there already")
	}
	if name != "disabled" {
		s.addChecks(fakeCheck{name: "poststarthook/" + name})
		s.hooks[name] = 1
	}
	return nil
}

func (s *fakeServer) addChecks(checks ...fakeCheck) {
	defer AddChecks(s, checks, time.Second, "healthz", "livez", "readyz")(nil)
	s.addReadyz(checks...)
}

// addReadyz is called by addChecks, as upstream once did.
func (s *fakeServer) addReadyz(checks ...fakeCheck) {
	defer AddChecks(s, checks, 0, "readyz")(nil)
	s.checks = append(s.checks, checks...)
}

func createFake(name string, delegate *fakeServer) *fakeServer {
	defer Create("create " + name)(nil)
	defer Create("an inner one, of which nothing is told")(nil)
	s := newFake(name, delegate)
	RegisterSignal(s, "signal of "+name)(nil)
	group := Group(s, []groupVersion{{name, "v1"}, {name, "v2"}}, map[string]map[string]int{"v1": {"things": 1}, "v2": {}})
	WebService(s.container, "/apis/"+name+"/v1", func() int { return 3 })
	group(nil)
	_ = s.addHook("hook-of-" + name)
	RegisterHook(s, "stop-"+name, PreShutdown, false, false)(nil)
	s.stops["stop-"+name] = 1
	return s
}

func prepareFake(s, delegate *fakeServer) {
	defer Prepare(s)(nil)
	defer Prepare(s)(nil) // by what embeds it and by itself
	if delegate != nil {
		prepareFake(delegate, nil)
	}
	Route("inner", "/healthz", "exact", true, false)
}

// startChain starts a chain of two servers. A hook returns the error.
func startChain(hookErr error) {
	func() {
		defer Phase("chain.create")(nil)
		defer Phase("chain.create")(nil)
		inner := createFake("inner", nil)
		outer := createFake("outer", inner)
		_ = outer.addHook("hook-of-outer")
		_ = outer.addHook("disabled")
		prepareFake(outer, inner)
		Serve(outer, nil)(nil)
		RunHooks(outer, len(outer.hooks), outer.checks)
	}()
	done := make(chan bool)
	go func() {
		runFake("hook-of-inner", nil)
		runFake("hook-of-outer", hookErr)
		close(done)
	}()
	<-done
	Signal("HasBeenReady")
	for i := 0; i < 400 && active() != nil && !rootEnded(); i++ {
		time.Sleep(5 * time.Millisecond)
	}
	Signal("ShutdownInitiated")
	StopHook("stop-inner")(nil)
	Stopped()(nil)
}

func rootEnded() bool {
	r := active()
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.root.ended
}

func runFake(name string, err error) {
	run := HookRun(name)
	defer run.Gone()
	run.Ended(err)
	if err != nil {
		fatal()
	}
	finished.Store(name, true)
}

// fatal ends the process without deferred calls, as upstream's log does.
func fatal() { os.Exit(7) }

func panicInHook() {
	s := createFake("only", nil)
	RunHooks(s, 1, nil)
	run := HookRun("hook-of-only")
	defer run.Gone()
	panic("oh")
}

// waitToBeKilled begins a hook and says so.
func waitToBeKilled() {
	s := createFake("only", nil)
	RunHooks(s, 1, s.checks)
	HookRun("hook-of-only")
	_, _ = os.Stdout.WriteString("running\n")
	time.Sleep(time.Minute)
}

// whenAsked records once for each byte of stdin.
func whenAsked() {
	for b := make([]byte, 1); ; {
		if _, err := os.Stdin.Read(b); err != nil {
			return
		}
		Signal("asked")
	}
}

// keepGoing records until somebody closes stdin.
func keepGoing() {
	stop := make(chan bool)
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		close(stop)
	}()
	for {
		select {
		case <-stop:
			return
		default:
			Signal("again")
		}
	}
}
