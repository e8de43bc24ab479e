package chaintracert

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkSpan is what one recorded span costs: of a check, which is one line,
// with the file's write; the same where the write costs next to nothing; one that
// begins and ends on its goroutine, which is two lines; the same thirty calls down, as a
// server's functions are; the write alone beside it; and with no trace asked for.
func BenchmarkSpan(b *testing.B) {
	file := filepath.Join(b.TempDir(), "trace.json")
	for _, bench := range []struct {
		name, file string
		run        func(b *testing.B, s *fakeServer)
	}{
		{"check/file", file, benchCheck}, {"check/null", os.DevNull, benchCheck},
		{"func/file", file, benchFunc}, {"func/null", os.DevNull, benchFunc}, {"func, deep stack/file", file, benchDeepFunc},
		{"off", "", benchCheck},
	} {
		b.Run(bench.name, func(b *testing.B) {
			before := current
			current = fromEnvironment(func(key string) string {
				if key == "CHAINTRACE_FILE" {
					return bench.file
				}
				return ""
			})
			defer func() { current = before }()
			defer New("s", nil)(nil)
			s := &fakeServer{}
			Made(s, "s", nil, nil, nil, nil)
			bench.run(b, s)
		})
	}
	b.Run("write alone", func(b *testing.B) {
		out, err := openOutput(file)
		if err != nil {
			b.Fatal(err)
		}
		line := make([]byte, 900)
		for b.Loop() {
			if _, err := out.Write(line); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWhiteBoxSpan is what one recorded span costs, for the table of what an
// instrumented server costs: each turn, of which few are wanted there, is many spans.
// Beside it, what the operating system takes for as many writes of as many bytes. Both
// are medians of hundreds of spans each, which are over before another process gets the
// processor; and the files do not grow to what no start writes.
func BenchmarkWhiteBoxSpan(b *testing.B) {
	file := filepath.Join(b.TempDir(), "trace.json")
	before := current
	current = fromEnvironment(func(key string) string {
		if key == "CHAINTRACE_FILE" {
			return file
		}
		return ""
	})
	defer func() { current = before }()
	defer New("s", nil)(nil)
	s := &fakeServer{}
	Made(s, "s", nil, nil, nil, nil)
	checks := []checker{fakeCheck{"poststarthook/rbac/bootstrap-roles", errors.New("not yet")}}
	out, err := openOutput(file + "-alone")
	if err != nil {
		b.Fatal(err)
	}
	const spans = 100
	var recorded, written []time.Duration
	for b.Loop() {
		for range 100 {
			begin := time.Now()
			for range spans {
				AddChecks(s, checks, 0, "healthz", "livez", "readyz")(nil)
			}
			recorded = append(recorded, time.Since(begin))
			begin = time.Now()
			for range spans {
				if _, err := out.Write(current.buf); err != nil {
					b.Fatal(err)
				}
			}
			written = append(written, time.Since(begin))
		}
		for _, name := range []string{file, file + "-alone"} {
			if err := os.Truncate(name, 0); err != nil {
				b.Fatal(err)
			}
		}
	}
	span, write := float64(median(recorded))/spans, float64(median(written))/spans
	b.ReportMetric(span, "ns-span")
	b.ReportMetric(write, "ns-write-alone")
	b.ReportMetric(span-write, "ns-span-less-write")
	b.ReportMetric(0, "ns/op")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func benchCheck(b *testing.B, s *fakeServer) {
	checks := []checker{fakeCheck{"poststarthook/rbac/bootstrap-roles", errors.New("not yet")}}
	b.ReportAllocs()
	for b.Loop() {
		AddChecks(s, checks, 0, "healthz", "livez", "readyz")(nil)
	}
}

func benchFunc(b *testing.B, _ *fakeServer) {
	b.ReportAllocs()
	for b.Loop() {
		Func("f")(nil)
	}
}

func benchDeepFunc(b *testing.B, s *fakeServer) {
	deep(30, func() { benchFunc(b, s) })
}

// BenchmarkOff is what a call of an instrumented function costs when no trace is asked
// for, beside the same function as it was.
func BenchmarkOff(b *testing.B) {
	before := current
	current = nil
	defer func() { current = before }()
	for _, f := range []struct {
		name string
		call func(name string, number int) error
	}{{"plain", plainCall}, {"instrumented", instrumentedCall}} {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.call("name", 1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

//go:noinline
func plainCall(name string, number int) error { return nil }

// instrumentedCall is what a rule for plainCall with two attributes makes of it.
//
//go:noinline
func instrumentedCall(name string, number int) (chaintraceErr error) {
	if On() {
		defer Func("f", "name", name, "twice", 2*number)(&chaintraceErr)
	}
	return nil
}

// BenchmarkRoute is a span that tells of its callers, beside finding them alone.
func BenchmarkRoute(b *testing.B) {
	before := current
	current = fromEnvironment(func(key string) string {
		if key == "CHAINTRACE_FILE" {
			return os.DevNull
		}
		return ""
	})
	defer func() { current = before }()
	defer New("s", nil)(nil)
	Made(&fakeServer{}, "s", nil, nil, nil, nil)
	b.Run("route", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Route("s", "/healthz/poststarthook/rbac/bootstrap-roles", "exact", true, false)
		}
	})
	b.Run("callers alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			installerOf(frames(2, isRouting))
		}
	})
}
