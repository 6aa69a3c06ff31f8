// Package proxies runs calls through what stands between a client and the service in
// production: nginx, Varnish, servers that restart, transports that retry. The
// programs come from the distribution's packages.
package proxies

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
)

const sessionBody = `{"status":true,"data":{"requestId":"1","url":"https://wizard.example/","expiresAfter":"2030-01-01T00:00:00Z"}}`

// callHeader carries the number of a call, by which the origin counts its sessions.
const callHeader = "X-Call"

// origin is the service: it opens a session for each request that it gets whole.
type origin struct {
	mu       sync.Mutex
	sessions map[string]int // by call
	drop     bool           // the connection, in place of an answer
}

func newOrigin() *origin { return &origin{sessions: map[string]int{}} }

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	o.mu.Lock()
	o.sessions[r.Header.Get(callHeader)]++
	o.mu.Unlock()
	if o.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, sessionBody)
}

func (o *origin) opened(call string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sessions[call]
}

// listen serves o over plain HTTP/1.1 and returns its address.
func (o *origin) listen(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: o}
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() {
		_ = server.Close()
		done.Wait()
	})
	return l.Addr().String()
}

func request() api.CreateSessionLinkRequest {
	return api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026",
		RedirectURL: "https://shop.example/done", DocURL: "https://cdn.example/contract.pdf",
	}
}

// numbered is a request editor that says which call a request is of.
func numbered(call string) api.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(callHeader, call)
		return nil
	}
}

// certificate writes a self-signed certificate for 127.0.0.1 into dir and returns a
// pool that trusts it.
func certificate(t *testing.T, dir string) (*x509.CertPool, tls.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "proxies"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cert.pem"), certPEM, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.pem"), keyPEM, 0o600))
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(certPEM))
	return pool, pair
}

// freePort asks the system for a port that is free now.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// start runs a program until the test ends and waits until its port answers.
func start(t *testing.T, port, install, name string, args ...string) *exec.Cmd {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	require.NoError(t, err, "%s is not on this machine: apt-get install %s", name, install)
	var output bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-exited
	})
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			_ = c.Close()
			return cmd
		}
		select {
		case <-exited:
			require.FailNow(t, name+" ended", output.String())
		default:
		}
		require.Less(t, time.Since(begin), 30*time.Second, "%s does not listen: %s", name, &output)
	}
}
