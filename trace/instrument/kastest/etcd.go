//go:build e2e

package kastest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"testing"
)

// Etcd is an etcd that runs.
type Etcd struct {
	*Process
	URL string
}

// StartEtcd starts an etcd with nothing in it. It serves as cold storage once, and
// as warm storage after that.
func StartEtcd(t testing.TB) *Etcd {
	t.Helper()
	path := lookPath(t, "etcd", "apt-get install etcd-server")
	client := fmt.Sprintf("http://127.0.0.1:%d", freePort(t))
	peer := fmt.Sprintf("http://127.0.0.1:%d", freePort(t))
	p := StartProcess(t, exec.Command(path, "--data-dir", t.TempDir(), "--log-level", "warn", "--unsafe-no-fsync",
		"--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
		"--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer))
	p.until(t, "healthy", func(ctx context.Context) error {
		_, err := get(ctx, http.DefaultClient, client+"/health", "")
		return err
	})
	return &Etcd{p, client}
}

// get asks for a URL, with a bearer's token if there is one, and returns the answer's
// body. Any answer but 200 is an error.
func get(ctx context.Context, client *http.Client, url, token string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", url, response.Status)
	}
	return string(body), nil
}
