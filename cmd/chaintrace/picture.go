package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// pictureFlags are the flags of every command that draws.
type pictureFlags struct {
	out    []string
	format string
	view   string
	detail string
	nodes  nodeLimit
	ascii  bool
	quiet  bool
}

// nodeLimit is a flag's value: what render.Options has as MaxNodes, where 0 is not
// given. On the command line 0 is no limit.
type nodeLimit int

// String, Set and Type implement pflag.Value.
func (n *nodeLimit) String() string {
	switch {
	case *n == 0:
		return strconv.Itoa(render.DefaultMaxNodes)
	case *n < 0:
		return "0"
	}
	return strconv.Itoa(int(*n))
}

func (n *nodeLimit) Set(s string) error {
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a number from 0 on", s)
	}
	if *n = nodeLimit(v); v == 0 {
		*n = -1
	}
	return nil
}

func (n *nodeLimit) Type() string { return "N" }

func (f *pictureFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.out, "out", "o", nil, "file to write, format by its ending ("+strings.Join(format.Endings(format.All()), " ")+"; packed by gzip with .gz behind it); - is stdout, "+format.All()[0].Name+" without --format; repeatable")
	flags.StringVar(&f.format, "format", "", "format of all outputs, whatever their names end in: "+strings.Join(format.Names(format.All()), ", ")+" (see chaintrace help formats)")
	flags.StringVar(&f.view, "view", string(render.ViewTree), "what to draw: "+join(render.Views()))
	flags.StringVar(&f.detail, "detail", string(render.DetailNormal), "how much of it: "+join(render.Details())+"; does not matter to the view timeline, but that full shows all of a long one")
	flags.Var(&f.nodes, "max-nodes", "show about so many entries, frames and rows, of a picture or a text, and count the others by what is alike; 0 shows all, as --detail full does where this is not given")
	flags.BoolVar(&f.ascii, "ascii", false, "text in nothing but ASCII")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary")
	completeFormats(cmd, format.All())
	completeWith(cmd, "view", words(render.Views())...)
	completeWith(cmd, "detail", words(render.Details())...)
	completeWith(cmd, "max-nodes")
}

// completeFormats offers formats for --format, and files for --out.
func completeFormats(cmd *cobra.Command, formats []format.Format) {
	var names, endings []string
	for _, f := range formats {
		names = append(names, f.Name+"\t"+f.About)
		for _, e := range f.Endings {
			endings = append(endings, strings.TrimPrefix(e, "."))
		}
	}
	completeWith(cmd, "format", names...)
	_ = cmd.MarkFlagFilename("out", endings...)
}

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

// check checks the flags. Outputs go to stdout where they say so.
func (f *pictureFlags) check(stdout io.Writer) (pictures, error) {
	view, err := render.ParseView(f.view)
	if err != nil {
		return pictures{}, fmt.Errorf("--view: %w", err)
	}
	detail, err := render.ParseDetail(f.detail)
	if err != nil {
		return pictures{}, fmt.Errorf("--detail: %w", err)
	}
	targets, err := parseTargets(f.out, f.format, format.All())
	if err != nil {
		return pictures{}, err
	}
	if err := refuseTerminal(targets, stdout); err != nil {
		return pictures{}, err
	}
	for _, t := range targets {
		if err := t.format.Shows(view); err != nil {
			advice := ""
			if t.isStdout() && f.format == "" {
				advice = "; say --format, as stdout gets " + t.format.Name + " without it"
			}
			return pictures{}, fmt.Errorf("--out %s: %w%s", t.path, err, advice)
		}
	}
	if f.ascii && !slices.ContainsFunc(targets, func(t target) bool { return t.format.Text }) {
		return pictures{}, errors.New("--ascii: no output is text; give --out FILE.txt, or --out - --format txt")
	}
	options := render.Options{View: view, Detail: detail, MaxNodes: int(f.nodes), Text: render.TextOptions{ASCII: f.ascii}}
	return pictures{targets, options, f.quiet}, nil
}

// write writes all outputs, each whole or not at all, and then the summary.
// Everything is drawn before the first file is touched. Without a start, as there is
// no server chain in the trace, it draws the spans.
func (p pictures) write(t *trace.Trace, s *startup.Startup, stdout, stderr io.Writer) error {
	contents := make([][]byte, len(p.targets))
	for i, target := range p.targets {
		options := p.options
		options.Text.Width = target.width(stdout)
		var err error
		contents[i], err = target.content(func(w io.Writer) error {
			return target.format.Write(w, format.Input{Trace: t, Start: s}, options)
		})
		if err != nil {
			return withCode(exitWork, fmt.Errorf("%s: %w", target, err))
		}
	}
	for i, target := range p.targets {
		if err := target.write(contents[i], stdout); err != nil {
			return withCode(exitWork, err)
		}
	}
	if p.quiet {
		return nil
	}
	if err := writeSummary(stderr, t, s); err != nil {
		return withCode(exitWork, err)
	}
	for _, target := range p.targets {
		if !target.isStdout() {
			fmt.Fprintf(stderr, "wrote %s\n", target.path)
		}
	}
	return nil
}

func writeSummary(w io.Writer, t *trace.Trace, s *startup.Startup) error {
	if s == nil {
		return render.WriteSpanSummary(w, t)
	}
	return render.WriteSummary(w, s)
}
