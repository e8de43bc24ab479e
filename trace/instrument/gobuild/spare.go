package gobuild

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"sync"
)

// spare writes, into dir, copies of those of the user's files that the Go command itself
// may write to, as what it completes is not to be the user's own: a workspace's sums,
// and with -mod=mod go.mod and go.sum. What it returns has the Go command use them.
func (p *Plan) spare(dir string) (relocation, error) {
	r := relocation{replace: map[string]string{}}
	switch {
	case p.mod == "vendor":
		return r, nil // what is vendored needs no sums
	case p.env.GOWORK != "":
		// A vendor directory that is there is used, and lies beside go.work.
		if _, err := os.Stat(filepath.Join(filepath.Dir(p.env.GOWORK), "vendor")); err == nil {
			return r, nil
		}
		work, err := p.writeGoWork(dir, nil)
		r.env = []string{"GOWORK=" + work}
		return r, err
	case p.mod == "mod":
		mod, err := p.writeGoMod(dir, nil)
		r.flags = []Flag{{"modfile", mod}}
		return r, err
	}
	return r, nil
}

// ask asks the Go command for the main module and for what is in the build, and has it
// write to copies alone.
func (p *Plan) ask(ctx context.Context, flags []Flag) (err error) {
	dir, err := tempDir("chaintrace-list-")
	if err != nil {
		return err
	}
	defer removeAll(dir, &err)
	spare, err := p.spare(dir)
	if err != nil {
		return err
	}
	if spare.flags != nil {
		flags = append(without(flags, "modfile"), spare.flags...)
	}
	command := p.command.with(spare.env)
	var mainErr error
	var both sync.WaitGroup
	both.Go(func() { p.main, mainErr = command.mainModule(ctx, flags) })
	both.Go(func() { p.list, err = command.buildList(ctx, flags, p.options.Packages) })
	both.Wait()
	return cmp.Or(err, mainErr) // what is wrong with a go.mod, both say
}

// tempDir makes a directory for temporary files and returns its absolute name: the Go
// command may run elsewhere, and takes no other for GOMODCACHE.
func tempDir(prefix string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

// removeAll removes a directory, and reports an error if there is none yet.
func removeAll(dir string, err *error) {
	// Nothing in it is a mount or the module cache itself, which is a link.
	if removeErr := os.RemoveAll(dir); *err == nil {
		*err = removeErr
	}
}
