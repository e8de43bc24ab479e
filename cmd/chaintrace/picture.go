package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const formatJSON = "json" // the trace itself

// pictureFlags are the flags of every command that draws.
type pictureFlags struct {
	out    []string
	format string
	view   string
	detail string
	quiet  bool
}

func (f *pictureFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.out, "out", "o", nil, "file to write, format by its ending (.dot .svg .png .json .txt); - is stdout; repeatable")
	flags.StringVar(&f.format, "format", "", "format of all outputs, whatever their names end in: "+strings.Join(formats(), ", "))
	flags.StringVar(&f.view, "view", string(render.ViewTree), "what to draw: "+join(render.Views()))
	flags.StringVar(&f.detail, "detail", string(render.DetailNormal), "how much of it: "+join(render.Details()))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary")
	completeWith(cmd, "format", formats()...)
	completeWith(cmd, "view", words(render.Views())...)
	completeWith(cmd, "detail", words(render.Details())...)
	_ = cmd.MarkFlagFilename("out", formats()...)
}

// formats lists what --out can write.
func formats() []string { return append(render.Formats(), formatJSON) }

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func join[T ~string](values []T) string { return strings.Join(words(values), ", ") }

// pictures is what the flags ask for, checked.
type pictures struct {
	targets []target
	options render.Options
	quiet   bool
}

func (f *pictureFlags) check() (pictures, error) {
	view, err := render.ParseView(f.view)
	if err != nil {
		return pictures{}, fmt.Errorf("--view: %w", err)
	}
	detail, err := render.ParseDetail(f.detail)
	if err != nil {
		return pictures{}, fmt.Errorf("--detail: %w", err)
	}
	targets, err := parseTargets(f.out, f.format, formats())
	if err != nil {
		return pictures{}, err
	}
	return pictures{targets, render.Options{View: view, Detail: detail}, f.quiet}, nil
}

// write writes all outputs, each whole or not at all, and then the summary.
// Everything is drawn before the first file is touched.
func (p pictures) write(t *trace.Trace, s *startup.Startup, stdout, stderr io.Writer) error {
	contents := make([][]byte, len(p.targets))
	for i, target := range p.targets {
		var b bytes.Buffer
		if err := p.draw(&b, t, s, target.format); err != nil {
			return withCode(exitWork, fmt.Errorf("%s: %w", target, err))
		}
		contents[i] = b.Bytes()
	}
	for i, target := range p.targets {
		if err := target.write(contents[i], stdout); err != nil {
			return withCode(exitWork, err)
		}
	}
	if p.quiet {
		return nil
	}
	if err := render.WriteSummary(stderr, s); err != nil {
		return withCode(exitWork, err)
	}
	for _, target := range p.targets {
		if !target.isStdout() {
			fmt.Fprintf(stderr, "wrote %s\n", target.path)
		}
	}
	return nil
}

func (p pictures) draw(w io.Writer, t *trace.Trace, s *startup.Startup, format string) error {
	if format == formatJSON {
		return trace.WriteJSON(w, t)
	}
	return render.Write(w, s, format, p.options)
}
