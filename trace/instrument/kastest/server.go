//go:build e2e

package kastest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Server is how to start an API server: what it needs is in place, and nothing
// runs yet.
type Server struct {
	Args  []string // of its command line
	URL   string   // that it is going to have, with a certificate of its own
	Token string   // of an administrator
	Dir   string   // for its certificates, removed with the test

	client *http.Client
}

// token is the administrator's of every server.
const token = "administrator"

// KubeAPIServer prepares the start of a kube-apiserver. More arguments may be
// added to Args.
func KubeAPIServer(t testing.TB, etcd *Etcd) *Server {
	t.Helper()
	s := newServer(t)
	tokens := s.write(t, "tokens.csv", token+",admin,admin,system:masters\n")
	private, public := s.keys(t)
	s.Args = append(s.Args, "--etcd-servers="+etcd.URL,
		"--token-auth-file="+tokens, "--authorization-mode=RBAC",
		"--service-account-key-file="+public, "--service-account-signing-key-file="+private,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none")
	return s
}

// SampleAPIServer prepares the start of a sample-apiserver, which asks the
// kube-apiserver about its callers. That one has to run.
func SampleAPIServer(t testing.TB, etcd *Etcd, kube *Server) *Server {
	t.Helper()
	s := newServer(t)
	config := s.write(t, "kubeconfig", fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: %q, insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: %q}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`, kube.URL, kube.Token))
	s.Args = append(s.Args, "--etcd-servers="+etcd.URL, "--kubeconfig="+config,
		"--authentication-kubeconfig="+config, "--authorization-kubeconfig="+config)
	return s
}

func newServer(t testing.TB) *Server {
	t.Helper()
	port := freePort(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // its certificate is its own
	t.Cleanup(transport.CloseIdleConnections)
	s := &Server{URL: fmt.Sprintf("https://127.0.0.1:%d", port), Token: token, Dir: t.TempDir(), client: &http.Client{Transport: transport}}
	s.Args = []string{"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port), "--cert-dir=" + s.Dir}
	return s
}

// write writes a file of the server's and returns its name.
func (s *Server) write(t testing.TB, name, content string) string {
	t.Helper()
	name = filepath.Join(s.Dir, name)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// keys writes a pair of keys for the tokens of service accounts.
func (s *Server) keys(t testing.TB) (private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	private = s.write(t, "sa.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	public = s.write(t, "sa.pub", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: text})))
	return private, public
}

// Start starts the binary. env is added to the environment.
func (s *Server) Start(t testing.TB, binary string, env ...string) *Process {
	t.Helper()
	cmd := exec.Command(binary, s.Args...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), env...)
	return StartProcess(t, cmd)
}

// WaitReady returns when the server says that it is ready.
func (s *Server) WaitReady(t testing.TB, p *Process) {
	t.Helper()
	p.until(t, "ready", func(ctx context.Context) error {
		_, err := s.Get(ctx, "/readyz")
		return err
	})
}

// Get asks for a path as an administrator and returns the answer's body. Any answer but
// 200 is an error.
func (s *Server) Get(ctx context.Context, path string) (string, error) {
	return get(ctx, s.client, s.URL+path, s.Token)
}
