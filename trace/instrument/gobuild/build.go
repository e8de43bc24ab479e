package gobuild

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrFailed is the error of a build that go build itself has told the user of.
var ErrFailed = errors.New("go build failed")

// Build runs go build. Its complaints go to the options' Stderr, and the error is
// then ErrFailed. A required place of insertion that is missing is an error.
func (p *Plan) Build(ctx context.Context) (err error) {
	if err := p.Missing(); err != nil {
		return err
	}
	dir, err := tempDir("chaintrace-build-")
	if err != nil {
		return err
	}
	defer removeAll(dir, &err)
	r, err := p.writeRun(dir)
	if err != nil {
		return err
	}
	return p.run(ctx, r)
}

// goRun is a run of go build.
type goRun struct {
	args []string
	env  []string // what differs
	// names puts the names that the user knows for those of the files that stand in
	// for them.
	names *strings.Replacer
}

// writeRun writes what the build needs into dir.
func (p *Plan) writeRun(dir string) (goRun, error) {
	locate := p.relocate
	if p.Mode == ModeOverlay {
		locate = p.spare
	}
	moved, err := locate(dir)
	if err != nil {
		return goRun{}, err
	}
	own := []string{"overlay", "tags"}
	if moved.flags != nil {
		own = append(own, "modfile")
	}
	replace := map[string]string{}
	maps.Copy(replace, moved.replace)
	maps.Copy(replace, p.overlay)
	contents := p.runtimeFiles()
	for _, f := range p.files {
		contents[f.Path] = f.Rewritten
	}
	overlay, err := addContents(dir, contents, replace)
	if err != nil {
		return goRun{}, err
	}
	flags := append(without(p.options.Flags, own...), Flag{"overlay", overlay}, Flag{"tags", p.tags})
	flags = append(flags, moved.flags...)
	if find("v", flags, nil) == "" && find("json", flags, nil) == "" {
		flags = append(flags, Flag{"v", "true"}) // for the progress
	}
	var names []string
	for path := range contents {
		names = append(names, replace[path], path)
	}
	args := append([]string{"build"}, arguments(flags)...)
	return goRun{append(append(args, "--"), p.options.Packages...), moved.env, strings.NewReplacer(names...)}, nil
}

// run runs go build and follows its progress.
func (p *Plan) run(ctx context.Context, r goRun) error {
	env := r.env
	cmd := p.command.command(ctx, r.args...)
	if len(env) > 0 && within(p.env.GOROOT, p.env.GOMODCACHE) {
		// A toolchain that go.mod asks for lies in the module cache. Under its
		// second name it would be another toolchain.
		cmd.Path = filepath.Join(p.env.GOROOT, "bin", "go")
		env = append(env, "GOTOOLCHAIN=local")
	}
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout = p.options.Stdout
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	followErr := p.follow(pipe, r.names)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed(err):
		return ErrFailed
	case err != nil:
		return fmt.Errorf("go build: %w", err)
	}
	return followErr
}

// follow reads go build's complaints, and passes them on but for the names of
// packages, unless the user asked for those.
func (p *Plan) follow(r io.Reader, names *strings.Replacer) error {
	c := p.newCounter()
	verbose := find("v", p.options.Flags, nil)
	stderr := p.options.Stderr
	if stderr == nil {
		stderr = io.Discard
	}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		isPackage := c.compiled(strings.TrimSuffix(line, "\n"))
		if isPackage && p.options.Compiled != nil {
			p.options.Compiled(c.progress)
		}
		if line != "" && (!isPackage || verbose == "true") {
			if _, err := names.WriteString(stderr, line); err != nil {
				// The build goes on, and must not fill the pipe.
				stderr = io.Discard
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
