package once_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const chaosLease = 2 * time.Second

// process is a running worker.
type process struct {
	cmd    *exec.Cmd
	output bytes.Buffer
}

func (d database) start(t *testing.T, s *service, skew time.Duration, args ...string) *process {
	apiKey, customer := s.Credentials()
	p := &process{}
	p.cmd = exec.Command(worker, append([]string{
		"-driver", d.driver, "-dsn", d.dsn, "-secret", secret,
		"-server", s.url, "-key", apiKey, "-customer", customer,
	}, args...)...)
	p.cmd.Env = append(os.Environ(), "ONCE_SKEW="+skew.String())
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// killed ends the process at once and returns what it had printed.
func (p *process) killed() string {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	return p.output.String()
}

// TestKill kills 3 processes with 4 goroutines each, all after the same keys, over
// and over, while the API fails as well.
func TestKill_NoKeyHasTwoSessions(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t, umbrellatest.WithLatency(2*time.Millisecond))
		s.inject(t,
			umbrellatest.Fault{Status: 503, Every: 31},
			umbrellatest.Fault{Status: 503, Every: 37, AfterProcessing: true},
			umbrellatest.Fault{Status: 400, Every: 41},
			umbrellatest.Fault{Status: 429, Every: 43},
			umbrellatest.Fault{Reset: true, Every: 47, AfterProcessing: true},
		)
		var mu sync.Mutex
		var output strings.Builder
		started := 0
		var slots sync.WaitGroup
		for range 3 {
			slots.Go(func() {
				for {
					mu.Lock()
					from := started * 12
					started++
					mu.Unlock()
					if from >= *kills*12 {
						return
					}
					p := d.start(t, s, 0, "-lease", chaosLease.String(), "-patience", "100ms", "-from", fmt.Sprint(from))
					time.Sleep(20*time.Millisecond + rand.N(200*time.Millisecond)) // the random point
					printed := p.killed()
					mu.Lock()
					output.WriteString(printed)
					mu.Unlock()
				}
			})
		}
		slots.Wait()
		v := d.settle(t, s, output.String())
		results.add(t, d.name, fmt.Sprintf("kill -9 at %d random points", *kills), "%s", v)
	})
}

// TestSkew runs replicas whose clocks are an hour apart, some of which die.
func TestSkew_WrongClocksNeverSendTwice(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t, umbrellatest.WithLatency(2*time.Millisecond))
		rounds := max(3, *kills/25)
		var output strings.Builder
		for round := range rounds {
			var replicas []*process
			for _, skew := range []time.Duration{-time.Hour, 0, time.Hour} {
				replicas = append(replicas, d.start(t, s, skew, "-lease", chaosLease.String(), "-patience", "100ms", "-from", fmt.Sprint(round*10), "-count", "60"))
			}
			time.Sleep(100*time.Millisecond + rand.N(200*time.Millisecond))
			for _, p := range replicas {
				output.WriteString(p.killed())
			}
		}
		v := d.settle(t, s, output.String())
		mislabelled := strings.Count(output.String(), "unknown whether")
		results.add(t, d.name, fmt.Sprintf("clocks at -1 h, 0 and +1 h, %d kills", 3*rounds), "%s; %d calls took a busy key for unknown", v, mislabelled)
	})
}

// verdict is what a ledger says against what the API knows.
type verdict struct {
	keys, open, unknown, unknownOpened, links, sessions, doubled, differ int
}

func (v verdict) String() string {
	return fmt.Sprintf("%d keys, %d sessions: %d open, %d unknown (%d of them with a session); %d keys with two sessions; %d links returned, %d of them not that of the session",
		v.keys, v.sessions, v.open, v.unknown, v.unknownOpened, v.doubled, v.links, v.differ)
}

// settle lets every lease run out, calls each key once more, and compares. As the API is
// well again, what was refused or not sent is opened.
func (d database) settle(t *testing.T, s *service, output string) (v verdict) {
	s.heal(t)
	time.Sleep(chaosLease)
	// With the clock that is furthest behind, as others left their claims.
	_, err := d.open(t).Exec("UPDATE umbrella_once SET claimed_until = $1 WHERE state = 'sending'", time.Now().UnixMilli())
	require.NoError(t, err)
	l := d.ledger(t, once.WithLease(chaosLease))
	var keys []string
	rows, err := d.open(t).Query("SELECT session_key FROM umbrella_once")
	require.NoError(t, err)
	for rows.Next() {
		var key string
		require.NoError(t, rows.Scan(&key))
		keys = append(keys, key)
	}
	require.NoError(t, rows.Err())
	unknown := unknownKeys(t, l)
	opened := s.opened(t)
	for _, key := range keys {
		v.keys++
		link, err := l.CreateSessionLink(t.Context(), s.client, key, request(key))
		switch {
		case err == nil:
			v.open++
			v.check(t, opened, s, key, link.RequestID, link.URL)
		case errors.Is(err, once.ErrUnknown):
			v.unknown++
			if slices.Contains(unknown, key) && len(opened[key]) > 0 {
				v.unknownOpened++
			}
		default:
			require.NoError(t, err, key)
		}
	}
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		var key, id, url string
		var expires int64
		if n, _ := fmt.Sscanf(lines.Text(), "link %s %s %s %d", &key, &id, &url, &expires); n == 4 {
			v.check(t, opened, s, key, id, url)
		}
		require.NotContains(t, lines.Text(), "extra", "nobody has resolved anything")
	}
	for key, sessions := range s.opened(t) {
		v.sessions += len(sessions)
		if len(sessions) > 1 {
			v.doubled++
			t.Errorf("key %s has %d sessions", key, len(sessions))
		}
	}
	require.NotZero(t, v.links)
	require.NotZero(t, v.open)
	return v
}

// check compares a link with the session of its key.
func (v *verdict) check(t *testing.T, opened map[string][]umbrellatest.Session, s *service, key, id, url string) {
	v.links++
	sessions := opened[key]
	if len(sessions) == 0 { // opened by settle itself
		sessions = []umbrellatest.Session{s.Sessions()[id]}
	}
	if sessions[0].RequestID != id || sessions[0].URL != url {
		v.differ++
		t.Errorf("the link of key %s is not that of its session", key)
	}
}

func TestStop_ASenderThatWakesUpLateSendsNothing(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		p := d.start(t, s, 0, "-lease", chaosLease.String(), "-count", "1", "-stop", "send")
		waitForState(t, d, "sending")
		waitUntilStopped(t, p)
		resolveAndOpen(t, d, s)
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		require.NoError(t, p.cmd.Wait())
		require.Contains(t, p.output.String(), "error k0")
		require.Len(t, s.Sessions(), 1)
		results.add(t, d.name, "sender stopped past its lease before it sends, key resolved and opened by another", "the sender sent nothing")
	})
}

// A person wrongly says that nothing was opened.
func TestStop_ASenderWhoseKeyWasResolvedReportsTheExtraSession(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		p := d.start(t, s, 0, "-lease", chaosLease.String(), "-count", "1", "-stop", "record")
		waitUntilStopped(t, p)
		link := resolveAndOpen(t, d, s)
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		require.NoError(t, p.cmd.Wait())

		require.Len(t, s.Sessions(), 2)
		for id := range s.Sessions() {
			if id != link {
				require.Equal(t, "extra k0 "+id+"\n", p.output.String())
			}
		}
		again, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k0", request("k0"))
		require.NoError(t, err)
		require.Equal(t, link, again.RequestID)
		results.add(t, d.name, "sender stopped past its lease after it sent, wrongly resolved, opened by another", "the sender reported the extra session, the ledger keeps the other")
	})
}

func TestStop_ASenderWhoseKeyWasResolvedAndNotSentAgainIsRecorded(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		p := d.start(t, s, 0, "-lease", chaosLease.String(), "-count", "1", "-stop", "record")
		waitUntilStopped(t, p)
		resolve(t, d, s)
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		require.NoError(t, p.cmd.Wait())
		require.Contains(t, p.output.String(), "link k0 ")
		_, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k0", request("k0"))
		require.NoError(t, err)
		require.Len(t, s.Sessions(), 1)
	})
}

// The answer may or may not still be read by a process that wakes up too late.
func TestStop_ASenderStoppedWhileTheAPIWorksReportsWhatItKnows(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		s.inject(t, umbrellatest.Fault{DelayHeader: 300 * time.Millisecond})
		p := d.start(t, s, 0, "-lease", chaosLease.String(), "-count", "1")
		require.Eventually(t, func() bool { return len(s.Requests()) > 1 }, 10*time.Second, time.Millisecond) // after /auth
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP))
		resolveAndOpen(t, d, s)
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		require.NoError(t, p.cmd.Wait())
		require.Regexp(t, "^extra k0 |^error k0 .*may be one too many", p.output.String())
	})
}

func resolve(t *testing.T, d database, s *service) *once.Ledger {
	l := d.ledger(t)
	require.ErrorIs(t, l.Resolve(t.Context(), "k0", once.NotOpened), once.ErrNotUnknown, "the lease runs")
	_, err := l.CreateSessionLink(t.Context(), s.client, "k0", request("k0"))
	require.ErrorIs(t, err, once.ErrUnknown)
	require.NoError(t, l.Resolve(t.Context(), "k0", once.NotOpened))
	return l
}

func resolveAndOpen(t *testing.T, d database, s *service) (requestID string) {
	link, err := resolve(t, d, s).CreateSessionLink(t.Context(), s.client, "k0", request("k0"))
	require.NoError(t, err)
	return link.RequestID
}

func waitForState(t *testing.T, d database, want string) {
	db := d.open(t)
	require.Eventually(t, func() bool {
		var state string
		return db.QueryRow("SELECT state FROM umbrella_once WHERE session_key = 'k0'").Scan(&state) == nil && state == want
	}, 10*time.Second, time.Millisecond)
}

func waitUntilStopped(t *testing.T, p *process) {
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		return err == nil && strings.Contains(string(stat), ") T ")
	}, 10*time.Second, time.Millisecond)
}
