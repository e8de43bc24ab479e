// Command chaintrace traces and draws the startup chain of Kubernetes-style API
// servers. See chaintrace help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitNo    = 1 // the answer is no: the chain did not get ready
	exitUsage = 2 // the command line or the description is wrong
	exitWork  = 3 // the work failed: a file could not be read or written
)

func main() { os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// exitError is an error with the exit code that goes with it.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func withCode(code int, err error) error {
	var coded *exitError
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return &exitError{code, err}
}

// execute runs the command line and returns the exit code. What cobra itself
// complains of is wrong usage.
func execute(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tellTelemetry(errOut)
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var coded *exitError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return 0
	case errors.As(err, &coded):
		fmt.Fprintln(errOut, "chaintrace:", err)
		return coded.code
	}
	fmt.Fprintln(errOut, "chaintrace:", err)
	fmt.Fprintln(errOut, "See chaintrace help.")
	return exitUsage
}
