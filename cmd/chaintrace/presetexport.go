package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/describe"
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// likeNone is what --like takes for no description.
const likeNone = "none"

// exportFlags are the flags of preset export.
type exportFlags struct {
	input     inputFlags
	out       string
	name      string
	like      string
	storage   string
	keepTimes bool
}

func newPresetExportCommand() *cobra.Command {
	f := &exportFlags{}
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Make a chain description out of a trace",
		Long: `Export makes a chain description of a recorded start, so that chaintrace run --chain
gives the same chain again: the same servers, hooks, checks, routes and API groups. It
runs the description at once and tells of all in which the two differ.

No recorder can tell what hooks wait for and do, or their deadlines. That, the resources
of API groups, and what is there only under other settings, is taken from another
description that has hooks, checks and servers of the same names: the preset that is
nearest, or the one of --like. What is in neither is unknown, and comments say so.

Durations are those of the trace. Where a hook waits, only how long it took in all is
known, and the steps keep theirs.

` + inputHelp,
		Example: `  chaintrace preset export real.json --out mine.yaml
  chaintrace run --chain mine.yaml --out mine.svg
  chaintrace diff real.json chain:mine.yaml --only structure
  chaintrace preset export warm.json --like mine.yaml --storage warm --out mine.yaml`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "out", "o", "-", "`FILE` to write; - is stdout")
	flags.StringVar(&f.name, "name", "", "`NAME` of the description; without it that of the file to write, or the process's")
	flags.StringVar(&f.like, "like", "", "`PRESET` or FILE to take from what the trace does not tell, or none; without it the nearest preset")
	flags.StringVar(&f.storage, "storage", "", "the start was on fresh or on warm storage: durations on the other stay as they are in --like")
	flags.BoolVar(&f.keepTimes, "keep-times", false, "take durations from --like, where it has them")
	completeWith(cmd, "like", append(preset.Names(), likeNone)...)
	completeWith(cmd, "storage", chain.Fresh, chain.Warm)
	completeWith(cmd, "name")
	_ = cmd.MarkFlagFilename("out", "yaml", "yml")
	f.input.register(cmd)
	return cmd
}

func (f *exportFlags) run(cmd *cobra.Command, name string) error {
	if f.storage != "" {
		if err := choice("storage", f.storage, chain.Fresh, chain.Warm); err != nil {
			return withCode(exitUsage, err)
		}
	}
	if ending := strings.ToLower(filepath.Ext(f.out)); f.out != "-" && ending != ".yaml" && ending != ".yml" {
		return withCode(exitUsage, fmt.Errorf("--out %s: the name does not end in .yaml or .yml; rename it", f.out))
	}
	out, err := parseTarget(f.out, format.Format{Name: "yaml"}, nil)
	if err != nil {
		return withCode(exitUsage, err)
	}
	t, err := f.input.read(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	text, err := f.export(cmd.Context(), t, name, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	return withCode(exitWork, out.write(text, cmd.OutOrStdout()))
}

// export returns the text of the description, and notes on stderr what is to be
// known of it.
func (f *exportFlags) export(ctx context.Context, t *trace.Trace, name string, stderr io.Writer) ([]byte, error) {
	s, err := startup.FromTrace(t)
	if err != nil {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
	}
	like, err := f.likeOf(s)
	if err != nil {
		return nil, err
	}
	result, err := describe.FromTrace(t, describe.Options{
		Name: f.nameOf(), Like: like.description, Storage: f.storage, KeepTimes: f.keepTimes, Command: f.command(name, like),
	})
	if err != nil {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
	}
	if f.like == "" && like.name != likeNone {
		fmt.Fprintf(stderr, "note: what the trace does not tell is taken from the preset %s, the nearest; see --like\n", like.name)
	}
	for _, note := range result.Notes {
		fmt.Fprintf(stderr, "note: %s\n", note)
	}
	d := result.Description
	if err := f.compare(ctx, s, d, stderr); err != nil {
		return nil, withCode(exitWork, err)
	}
	o := preset.WriteOptions{Comments: result.Comments}
	if like.description != nil && d.Name == like.description.Name {
		o.Like = like.text // it is the same chain, made anew
	} else {
		o.Comments[""] = header(d, like)
	}
	var text bytes.Buffer
	err = preset.Write(&text, d, o)
	return text.Bytes(), withCode(exitWork, err)
}

// header is the first comment of a new description.
func header(d *chain.Description, like likeDescription) string {
	text := d.Name + ": " + d.About + "."
	if like.description != nil {
		text += " What it does not tell is from " + filepath.Base(like.name) + "."
	}
	return render.Printable(text, 400) // a comment has no way to spell what YAML does not take as it is
}

// likeDescription is the description of --like, nil for none.
type likeDescription struct {
	name        string
	description *chain.Description
	text        []byte
}

// likeOf finds the description to be like. Its errors have exit codes.
func (f *exportFlags) likeOf(s *startup.Startup) (likeDescription, error) {
	like := likeDescription{name: f.like}
	switch {
	case f.like == likeNone:
		return like, nil
	case f.like == "":
		nearest, err := nearestPreset(s)
		if err != nil {
			return like, withCode(exitWork, err)
		}
		if nearest == "" {
			like.name = likeNone
			return like, nil
		}
		like.name = nearest
	case !slices.Contains(preset.Names(), f.like):
		text, err := os.ReadFile(f.like)
		if err != nil {
			return like, withCode(exitUsage, fmt.Errorf("--like %s: neither a preset (see chaintrace preset list) nor a file that can be read: %w", f.like, reason(err)))
		}
		like.text = text
		like.description, err = preset.Read(bytes.NewReader(text), f.like)
		return like, withCode(exitUsage, err)
	}
	var err error
	if like.text, err = preset.Source(like.name); err == nil {
		like.description, err = preset.Load(like.name)
	}
	return like, withCode(exitWork, err)
}

// nearestPreset returns the preset that tells most of a start, or "" for none.
func nearestPreset(s *startup.Startup) (string, error) {
	var all []*chain.Description
	for _, name := range preset.Names() {
		d, err := preset.Load(name)
		if err != nil {
			return "", err
		}
		all = append(all, d)
	}
	if nearest := describe.Nearest(s, all); nearest != nil {
		return nearest.Name, nil
	}
	return "", nil
}

// nameOf is the name of the description; "" for the process's.
func (f *exportFlags) nameOf() string {
	if f.name != "" || f.out == "-" {
		return f.name
	}
	base := filepath.Base(f.out)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// command is the command line that the description tells, without the directories
// of this machine.
func (f *exportFlags) command(name string, like likeDescription) string {
	input := inputArgument(name)
	if input == name && name != "-" && !isModelInput(name) {
		input = shellWord(filepath.Base(name))
	}
	words := []string{"chaintrace preset export", input, "--like", shellWord(filepath.Base(like.name))}
	if f.storage != "" {
		words = append(words, "--storage", f.storage)
	}
	if f.keepTimes {
		words = append(words, "--keep-times")
	}
	return strings.Join(words, " ")
}

// compare runs the description and notes in what it differs from the trace.
func (f *exportFlags) compare(ctx context.Context, s *startup.Startup, d *chain.Description, stderr io.Writer) error {
	m := &modelRun{description: d, clock: attr.ClockSimulated, timeout: chain.DefaultReadyTimeout, reproducible: true}
	if storage := f.storageOf(s); storage != "" {
		m.set = []string{chain.SettingStorage + "=" + storage}
	}
	run, err := m.prepare()
	if err != nil {
		return err
	}
	t, died := run.trace(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if died != nil && s.Ready != nil {
		fmt.Fprintf(stderr, "warning: the description's chain does not get ready, and the recorded one did: %s\n", render.Printable(died.Error(), 400))
	}
	again, err := startup.FromTrace(t)
	if err != nil {
		return err
	}
	changes := diff.Compare([]*startup.Startup{s}, []*startup.Startup{again}, diff.DefaultOptions()).Structure
	const shown = 10
	for i, c := range changes {
		if i == shown {
			fmt.Fprintf(stderr, "warning: and %d more; chaintrace diff shows all\n", len(changes)-shown)
			break
		}
		what := render.Printable(strings.TrimSpace(c.Server+" "+c.Name)+fields(c.Fields), 400)
		fmt.Fprintf(stderr, "warning: the description's chain differs: %s %s %s\n", c.Op, c.Kind, what)
	}
	return nil
}

func fields(all []diff.Field) string {
	out := ""
	for _, f := range all {
		out += fmt.Sprintf(", %s: %s → %s", f.Name, f.From, f.To)
	}
	return out
}

// storageOf is the storage that the start was on; "" when nobody says.
func (f *exportFlags) storageOf(s *startup.Startup) string {
	if f.storage != "" {
		return f.storage
	}
	return s.Storage
}
