package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/gotooltest"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	// As the command, this process belongs to a script, with its environment.
	if base := filepath.Base(os.Args[0]); base != "chaintrace" && base != "fakeserver" {
		forgetTelemetry()
		heedHangups()
	}
	testscript.Main(m, map[string]func(){"chaintrace": main, "fakeserver": fakeServer})
}

// heedHangups lets commands that are started from here heed SIGHUP, as those of a user
// do, also where it is ignored, as below nohup: a signal that is caught here is not
// ignored there.
func heedHangups() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

// forgetTelemetry takes out of the environment what would have runs sent
// somewhere, or be part of another trace.
func forgetTelemetry() {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "OTEL_") || name == "TRACEPARENT" || name == "TRACESTATE" {
			os.Unsetenv(name)
		}
	}
}

func TestScripts(t *testing.T) {
	cache := t.TempDir()
	params := testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			// One cache for all scripts, as a user has one for all runs.
			env.Vars = append(env.Vars, "NO_COLOR=1", "XDG_CACHE_HOME="+cache)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, nil
		},
	}
	// The Go command of scripts has this one's build cache.
	if err := gotooltest.Setup(&params); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, params)
}
