package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// fakeServer is a command that records as an instrumented server does, and dies
// as one may. Each argument is a thing that it does, after a colon with what:
//
//	begin       the start begins, up to the hooks (begin:NAME: of this service)
//	hooks:A,B   registers these hooks and runs them
//	done:A      the hook A ends
//	fail:A      the hook A fails
//	ready       the server is ready
//	say:TEXT    writes to stdout; err:TEXT to stderr; stdin copies stdin to stdout
//	line        reads a line from stdin
//	garbage     writes no record into the trace; half writes half a record; shorten empties it
//	giveup      records no more, as a recorder does that cannot
//	sleep:50ms
//	wait        waits for SIGTERM, then shuts down; wait:SIGNALS waits for so many signals and names them; ignore ignores SIGTERM
//	exit:3      ends; kill ends as the kernel's memory killer would
//	environment writes which variables it was given
func fakeServer() {
	s := &fake{service: "fake-apiserver", signals: make(chan os.Signal, 16)}
	if path := os.Getenv("CHAINTRACE_FILE"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			fmt.Fprintln(os.Stderr, "fake:", err)
		}
		s.file = f
	}
	signal.Notify(s.signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	for _, action := range os.Args[1:] {
		what, arg, _ := strings.Cut(action, ":")
		s.do(what, arg)
	}
}

type fake struct {
	file    *os.File
	service string
	signals chan os.Signal
	ids     byte
	open    []trace.Span // begun, and not ended
}

func (s *fake) do(what, arg string) {
	switch what {
	case "begin":
		if arg != "" {
			s.service = arg
		}
		s.begin(attr.SpanStartup)
		s.begin(attr.SpanServerCreate, str(attr.ServerName, s.service))
		s.begin(attr.SpanServerNew, str(attr.ServerName, s.service))
		s.end(attr.SpanServerNew, "")
		s.end(attr.SpanServerCreate, "")
	case "hooks":
		s.hooks(strings.Split(arg, ","))
	case "done":
		s.end(attr.SpanHookRun, arg, str(attr.HookOutcome, attr.OutcomeRan))
	case "fail":
		s.end(attr.SpanHookRun, arg, str(attr.HookOutcome, attr.OutcomeFailed), str(attr.HookError, "no luck"))
	case "ready":
		s.begin(attr.SpanReady, str(attr.ReadyHow, "observed"))
		s.end(attr.SpanHooksRun, "")
		s.end(attr.SpanReady, "")
		s.end(attr.SpanStartup, "")
	case "say":
		fmt.Println(arg)
	case "err":
		fmt.Fprintln(os.Stderr, arg)
	case "line":
		for b := []byte{0}; b[0] != '\n'; {
			if _, err := os.Stdin.Read(b); err != nil {
				panic(err)
			}
		}
	case "stdin":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "environment":
		fmt.Println("trace", os.Getenv("CHAINTRACE_TRACE_ID"), "parent", os.Getenv("CHAINTRACE_PARENT_ID"))
	default:
		s.misbehave(what, arg)
	}
}

func (s *fake) misbehave(what, arg string) {
	switch what {
	case "garbage":
		_, _ = s.file.WriteString("goroutine 1 [running]:\n")
	case "half":
		s.ids++
		_, _ = s.file.Write(s.line(s.span("half"))[:40])
	case "shorten":
		_ = s.file.Truncate(0)
	case "giveup":
		_ = syscall.Flock(int(s.file.Fd()), syscall.LOCK_SH)
	case "sleep":
		d, _ := time.ParseDuration(arg)
		time.Sleep(d)
	case "wait":
		n, _ := strconv.Atoi(arg)
		for range max(n, 1) {
			fmt.Println("got", <-s.signals)
		}
		s.begin("shutdown")
		s.end("shutdown", "")
	case "ignore":
		for range s.signals {
		}
	case "exit":
		code, _ := strconv.Atoi(arg)
		os.Exit(code)
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	default:
		panic("fakeserver: what is " + what)
	}
}

func (s *fake) hooks(names []string) {
	for _, name := range names {
		s.begin(attr.SpanHookRegister, str(attr.HookName, name), str(attr.HookKind, attr.KindPostStart), str(attr.ServerName, s.service))
		s.end(attr.SpanHookRegister, name)
	}
	s.begin(attr.SpanHooksRun, str(attr.ServerName, s.service))
	for _, name := range names {
		s.begin(attr.SpanHookRun, str(attr.HookName, name), str(attr.HookOrigin, s.service), str(attr.ServerName, s.service))
	}
}

func str(key, value string) trace.Attr { return trace.Attr{Key: key, Value: trace.String(value)} }

func (s *fake) span(name string, attrs ...trace.Attr) trace.Span {
	pid := os.Getpid()
	return trace.Span{
		TraceID: trace.TraceID{byte(pid), byte(pid >> 8), byte(pid >> 16), 1}, SpanID: trace.SpanID{s.ids, byte(pid), byte(pid >> 8), byte(pid >> 16)}, Name: name, Start: time.Now().UnixNano(), Attrs: attrs, Scope: &trace.Scope{},
		Resource: &trace.Resource{Attrs: []trace.Attr{str(attr.ServiceName, s.service), str(attr.ServiceVersion, "v1.2.3"), str(attr.Source, attr.SourceInstrumented), str(attr.Clock, attr.ClockWall)}},
	}
}

// begin records that a span begins, in the first one.
func (s *fake) begin(name string, attrs ...trace.Attr) {
	s.ids++
	sp := s.span(name, attrs...)
	if len(s.open) > 0 {
		sp.ParentID = s.open[0].SpanID
	}
	s.open = append(s.open, sp)
	_, _ = s.file.Write(s.line(sp))
}

// end records that the span of a name, and of a hook, has ended.
func (s *fake) end(name, hook string, attrs ...trace.Attr) {
	for i := range s.open {
		sp := &s.open[i]
		if sp.Name != name || sp.End != 0 || hook != "" && sp.Attr(attr.HookName).Str() != hook {
			continue
		}
		sp.End, sp.Attrs = time.Now().UnixNano(), append(sp.Attrs, attrs...)
		_, _ = s.file.Write(s.line(*sp))
		return
	}
}

func (s *fake) line(sp trace.Span) []byte {
	var b bytes.Buffer
	_ = trace.WriteJSON(&b, &trace.Trace{Spans: []trace.Span{sp}})
	return b.Bytes()
}
