package gobuild

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
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
	args  []string
	env   []string // what differs
	names standIns
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
	args := append([]string{"build"}, arguments(flags)...)
	return goRun{append(append(args, "--"), p.options.Packages...), moved.env, p.newStandIns(contents, replace)}, nil
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
