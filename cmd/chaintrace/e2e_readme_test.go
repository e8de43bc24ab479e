//go:build e2e

package main

import (
	"bytes"
	"context"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// readmeCommands returns the commands that README prints below a heading.
func readmeCommands(t *testing.T, heading string) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n### "+heading+"\n")
	if !found {
		t.Fatalf("README has no section %q", heading)
	}
	block := regexp.MustCompile("(?s)```sh\n(.*?)```").FindStringSubmatch(section)
	if block == nil {
		t.Fatalf("section %q has no commands", heading)
	}
	return strings.Split(strings.TrimSpace(block[1]), "\n")
}

// inNamespace is a script that runs README's three commands as they are
// printed, the first one in the background. It runs in a network namespace of
// its own, so that their ports are free and nobody else can reach them.
const inNamespace = `
set -eu
ip link set lo up
setsid sh -c "$1" & jaeger=$!
trap 'kill -KILL -- -$jaeger; wait' EXIT
for port in 4318 16686; do
	until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do
		kill -0 $jaeger
		sleep 0.1
	done
done
echo "=== second"
sh -c "$2"
# Jaeger takes spans in the background.
sleep 1
echo "=== third"
sh -c "$3"
`

// TestREADMEViewItInJaeger does what README says, as it is printed there.
func TestREADMEViewItInJaeger(t *testing.T) {
	commands := readmeCommands(t, "View it in Jaeger")
	if len(commands) != 3 {
		t.Fatalf("README prints %q", commands)
	}
	if _, err := jaegerBinary(); err != nil { // it takes minutes when it is not cached
		t.Fatal(err)
	}
	picture := filepath.Join("..", "..", "again.svg")
	if _, err := os.Stat(picture); err == nil {
		t.Fatalf("%s is there already; remove it", picture)
	}
	t.Cleanup(func() { os.Remove(picture) })

	out := runInNamespace(t, inNamespace, commands)
	_, second, _ := strings.Cut(out, "=== second\n")
	second, _, _ = strings.Cut(second, "=== third\n")
	if want := regexp.MustCompile(`^([0-9a-f]{32})\nhttp://localhost:16686/trace/([0-9a-f]{32})\n$`).FindStringSubmatch(second); want == nil || want[1] != want[2] {
		t.Errorf("the second command prints %q", second)
	}
	svg, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if text := html.UnescapeString(string(svg)); !strings.Contains(text, "rbac/bootstrap-roles") || !strings.Contains(text, "kube-aggregator") {
		t.Error("the picture does not show the chain")
	}
}

// runInNamespace runs a script with arguments in a network namespace of its own
// and returns what it prints.
func runInNamespace(t *testing.T, script string, arguments []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	args := []string{"--net"}
	if os.Geteuid() != 0 {
		args = append(args, "--map-root-user")
	}
	cmd := exec.CommandContext(ctx, "unshare", append(args, append([]string{"bash", "-c", script, "bash"}, arguments...)...)...)
	cmd.Dir = filepath.Join("..", "..")
	// With a group of its own, it can be ended with all that it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\nstdout: %s\nstderr: %s", err, &out, &errOut)
	}
	return out.String()
}

// fleetInNamespace runs README's four commands for a fleet as they are printed,
// the first two in the background.
const fleetInNamespace = `
set -eu
ip link set lo up
setsid sh -c "$1" & jaeger=$!
setsid sh -c "$2" & collector=$!
trap 'kill -KILL -- -$jaeger -$collector; wait' EXIT
for port in 14317 16686 4318; do
	until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do
		kill -0 $jaeger
		kill -0 $collector
		sleep 0.1
	done
done
sh -c "$3"
echo "=== fourth"
# The collector gathers spans for a second, and Jaeger takes them in the background.
sleep 5
sh -c "$4"
`

// TestREADMEFleet does what README says, as it is printed there.
func TestREADMEFleet(t *testing.T) {
	commands := readmeCommands(t, "A fleet")
	if len(commands) != 4 {
		t.Fatalf("README prints %q", commands)
	}
	for _, build := range []func() (string, error){jaegerBinary, collectorBinary} {
		if _, err := build(); err != nil { // it takes minutes when it is not cached
			t.Fatal(err)
		}
	}
	kept := filepath.Join("..", "..", "fleet")
	if _, err := os.Stat(kept); err == nil {
		t.Fatalf("%s is there already; remove it", kept)
	}
	t.Cleanup(func() { os.RemoveAll(kept) })
	_, stats, _ := strings.Cut(runInNamespace(t, fleetInNamespace, commands), "=== fourth\n")
	if !strings.Contains(stats, "1 start") || !strings.Contains(stats, "rbac/bootstrap-roles") {
		t.Errorf("the fourth command prints %q", stats)
	}
}
