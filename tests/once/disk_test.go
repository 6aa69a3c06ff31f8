package once_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/once"
)

// TestDiskFull fills the disk before a claim and after it. Only SQLite writes to the
// disk from this process.
func TestDiskFull_NothingIsSentUnclaimedAndNoLinkIsLost(t *testing.T) {
	onSQLite(t, func(t *testing.T, _ database) {
		testDiskFull(t, limited(t), "a limit on the size of files")
		if small, ok := mounted(t); ok {
			testDiskFull(t, small, "a small tmpfs")
		}
	})
}

func testDiskFull(t *testing.T, disk disk, name string) {
	d := newSQLite(t, disk.dir)
	s := newService(t)
	l := d.ledger(t, once.WithLease(time.Second))
	_, err := l.CreateSessionLink(t.Context(), s.client, "before", request("before"))
	require.NoError(t, err)

	link, err := l.CreateSessionLink(t.Context(), s.client, "during", request("during"),
		func(context.Context, *http.Request) error { return disk.fill() })
	var unrecorded *once.UnrecordedError
	require.ErrorAs(t, err, &unrecorded)
	require.Contains(t, s.Sessions(), link.RequestID)

	sessions := len(s.Sessions())
	_, err = l.CreateSessionLink(t.Context(), s.client, "after", request("after"))
	require.ErrorContains(t, err, "nothing was sent")
	require.Len(t, s.Sessions(), sessions)

	require.NoError(t, disk.empty())
	_, err = l.CreateSessionLink(t.Context(), s.client, "during", request("during"))
	require.ErrorIs(t, err, once.ErrUnknown)
	require.NoError(t, l.Resolve(t.Context(), "during", once.Opened(*link)))
	for _, key := range []string{"before", "during", "after"} {
		_, err = l.CreateSessionLink(t.Context(), s.client, key, request(key))
		require.NoError(t, err, key)
		require.Len(t, s.opened(t)[key], 1)
	}
	results.add(t, d.name, "disk full before and after a claim: "+name, "nothing sent without a claim; the link that could not be recorded was returned")
}

// disk is where a ledger lies until it is full, and again once it is emptied.
type disk struct {
	dir         string
	fill, empty func() error
}

// limited is the disk of every process: no file of this one takes a byte while it is full.
func limited(t *testing.T) disk {
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	signal.Ignore(syscall.SIGXFSZ) // comes with the error
	d := disk{
		dir:   t.TempDir(),
		fill:  func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: limit.Max}) },
		empty: func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) },
	}
	t.Cleanup(func() {
		_ = d.empty()
		signal.Reset(syscall.SIGXFSZ)
	})
	return d
}

// mounted is a disk of 1 MiB, where this process may mount one.
func mounted(t *testing.T) (disk, bool) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).Run(); err != nil {
		t.Log("no tmpfs, which takes root: ", err)
		return disk{}, false
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", "--lazy", dir).Run()) })
	ballast := filepath.Join(dir, "ballast")
	fill := func() error {
		if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
			return errors.New("the disk is not full")
		}
		return nil
	}
	return disk{dir: dir, fill: fill, empty: func() error { return os.Remove(ballast) }}, true
}
