package render_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// drawHooks starts a server chain and draws which hook waits for which.
func drawHooks(ctx context.Context, w io.Writer) error {
	d, err := preset.Load("kube-apiserver-1.37") // or preset.ReadFile("mine.yaml")
	if err != nil {
		return err
	}
	recorded := trace.NewProviders(trace.ProvidersConfig{})
	options, err := chain.Options{Description: d, TracerProviders: recorded.Provider}.Complete()
	if err != nil {
		return err
	}
	result, err := chain.Run(ctx, options) // result.Server.Handler answers requests
	if err != nil {
		return err
	}
	fmt.Println("ready:", result.Ready)
	s, err := startup.FromTrace(recorded.Trace())
	if err != nil {
		return err
	}
	for _, sv := range s.Servers {
		fmt.Println(sv.Name, len(sv.PostStart), "hooks")
	}
	g, err := render.Picture(s, render.Options{View: render.ViewHooks})
	if err != nil {
		return err
	}
	return render.WriteSVG(w, g)
}

// The whole way: a chain is started, its trace is read, and a picture is drawn.
func Example() {
	var svg bytes.Buffer
	if err := drawHooks(context.Background(), &svg); err != nil {
		log.Fatal(err)
	}
	fmt.Println("a picture:", strings.Contains(svg.String(), "<svg"))
	// Output:
	// ready: true
	// apiextensions-apiserver 7 hooks
	// kube-apiserver 21 hooks
	// kube-aggregator 29 hooks
	// a picture: true
}

// TestREADMEShowsTheExample: the code that README has for libraries is that of the
// example, which is run.
func TestREADMEShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`(?s)// drawHooks.*?\n}\n`).Find(source)
	if len(code) == 0 || !strings.Contains(string(readme), "```go\n"+string(code)+"```\n") {
		t.Errorf("README does not show this as it is:\n%s", code)
	}
}
