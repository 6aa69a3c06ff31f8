package once_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const (
	batchKills = 10
	workers    = 20
	maxMemory  = 100 << 20
)

// batch is a job of the command umbrella-batch.
type batch struct {
	d    database
	s    *service
	rows int
	dir  string

	mu     sync.Mutex
	memory int64 // the most that a process had, in bytes
}

func newBatch(t *testing.T, d database, s *service, n int) *batch {
	b := &batch{d: d, s: s, rows: n, dir: t.TempDir()}
	rows := "key,email,phoneNumber,redirectUrl,docUrl,sign.Signature1\n"
	for n := range n {
		key := fmt.Sprintf("k%d", n)
		r := request(key)
		rows += strings.Join([]string{key, r.Email, r.PhoneNumber, r.RedirectURL, r.DocURL, r.SignForms[0].ActorID}, ",") + "\n"
	}
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "in.csv"), []byte(rows), 0o600))
	return b
}

// process is one with its results in the file out.
func (b *batch) process(out string, settings ...string) (*exec.Cmd, *bytes.Buffer) {
	ledger, _, _ := strings.Cut(strings.TrimPrefix(b.d.dsn, "file:"), "?")
	if b.d.name == pgDB {
		dsn := map[string]string{}
		for setting := range strings.FieldsSeq(b.d.dsn) {
			name, value, _ := strings.Cut(setting, "=")
			dsn[name] = value
		}
		ledger = fmt.Sprintf("postgres://%s@/postgres?host=%s&port=%s&search_path=%s&%s",
			dsn["user"], url.QueryEscape(postgres.dir), postgres.port, dsn["search_path"], strings.Join(settings, "&"))
	}
	cmd := exec.Command(command, "--in", "in.csv", "--ledger", ledger, "--out", out,
		"--rate", "100000/s", "--concurrency", strconv.Itoa(workers), "--timeout", "1500ms", "--lease", "3s")
	apiKey, customer := b.s.Credentials()
	cmd.Env = []string{
		"UMBRELLA_LEDGER_SECRET=" + secret, "UMBRELLA_SERVER=" + b.s.url,
		"UMBRELLA_API_KEY=" + apiKey, "UMBRELLA_CUSTOMER_ID=" + customer,
	}
	var output bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.dir, &output, &output
	return cmd, &output
}

// run lets a process run to its end, or kills it.
func (b *batch) run(t *testing.T, cmd *exec.Cmd, kill <-chan struct{}) {
	require.NoError(t, cmd.Start())
	ended := make(chan bool)
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-kill:
			_ = cmd.Process.Kill()
			kill = nil
		case <-ended:
			return
		case <-look.C:
			b.weigh(cmd.Process.Pid)
		}
	}
}

// weigh notes the most memory that a process has had so far. (Its rusage would count
// the memory of this process, from before exec.)
func (b *batch) weigh(pid int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone if the process has ended
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	_, _ = fmt.Sscan(rest, &kib)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.memory = max(b.memory, kib<<10)
}

// verify compares the file out with the sessions of the API.
func (b *batch) verify(t *testing.T, out string) string {
	file, err := os.Open(filepath.Join(b.dir, out))
	require.NoError(t, err)
	defer file.Close()
	table, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"key", "outcome", "requestId", "url", "expiresAfter"}, table[0])
	require.Len(t, table, b.rows+1)
	sessions := b.s.opened(t)
	opened, unknown, unknownOpened := 0, 0, 0
	for n, line := range table[1:] {
		key := fmt.Sprintf("k%d", n)
		require.Equal(t, key, line[0])
		require.LessOrEqual(t, len(sessions[key]), 1, key)
		switch line[1] {
		case "open":
			opened++
			require.Equal(t, []string{sessions[key][0].RequestID, sessions[key][0].URL}, line[2:4])
		case "unknown":
			unknown++
			unknownOpened += len(sessions[key])
		default:
			t.Errorf("key %s is %s", key, line[1])
		}
	}
	require.Greater(t, opened, b.rows/4)
	require.NotZero(t, b.memory)
	require.Less(t, b.memory, int64(maxMemory))
	return fmt.Sprintf("%d open, %d unknown (%d of them with a session); 0 keys with two sessions; result CSV complete; %.0f MiB at most",
		opened, unknown, unknownOpened, float64(b.memory)/(1<<20))
}

func TestBatch_KilledAtRandomPointsItOpensEachRowOnce(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t, umbrellatest.WithLatency(2*time.Millisecond))
		b := newBatch(t, d, s, *batchRows)
		for range batchKills {
			held := s.holdAfter(rand.N(*batchRows/batchKills - workers))
			kill := make(chan struct{})
			go func() {
				<-held.reached
				time.Sleep(rand.N(20 * time.Millisecond)) // others are recorded meanwhile
				close(kill)
			}()
			cmd, output := b.process("links.csv")
			b.run(t, cmd, kill)
			close(held.released)
			require.Equal(t, -1, cmd.ProcessState.ExitCode(), output) // killed
		}
		s.hold.Store(nil)
		cmd, output := b.process("links.csv")
		b.run(t, cmd, nil)
		require.Contains(t, []int{0, 3}, cmd.ProcessState.ExitCode(), output)
		results.add(t, d.name, fmt.Sprintf("umbrella-batch: %d rows, 20 workers, kill -9 at %d random points", *batchRows, batchKills), "%s", b.verify(t, "links.csv"))
	})
}

// Only PostgreSQL can be shared by machines.
func TestBatch_ThreeMachinesShareAJob(t *testing.T) {
	onPostgres(t, func(t *testing.T, d database) {
		b := newBatch(t, d, newService(t, umbrellatest.WithLatency(2*time.Millisecond)), *batchRows)
		var all sync.WaitGroup
		outs := []string{"a.csv", "b.csv", "c.csv"}
		for _, out := range outs {
			all.Go(func() {
				cmd, output := b.process(out)
				b.run(t, cmd, nil)
				if code := cmd.ProcessState.ExitCode(); !slices.Contains([]int{0, 3}, code) {
					t.Errorf("exit code %d: %s", code, output)
				}
			})
		}
		all.Wait()
		var found string
		for _, out := range outs {
			found = b.verify(t, out)
		}
		results.add(t, d.name, fmt.Sprintf("umbrella-batch: %d rows, shared by 3 processes", *batchRows), "%s", found)
	})
}

// Only PostgreSQL has a setting, synchronous_commit, that lets a commit get lost.
func TestBatch_ItsClaimsOutliveTheServer(t *testing.T) {
	onPostgres(t, func(t *testing.T, d database) {
		b := newBatch(t, d, newService(t), 100)
		db := d.open(t)
		for _, statement := range []string{
			"CREATE TABLE written (setting TEXT)",
			`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
				$$ BEGIN INSERT INTO written VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$`,
			"CREATE TRIGGER note BEFORE INSERT ON umbrella_once FOR EACH ROW EXECUTE FUNCTION note()",
		} {
			_, err := db.Exec(statement)
			require.NoError(t, err)
		}
		cmd, output := b.process("links.csv", "synchronous_commit=off")
		require.NoError(t, cmd.Run(), output)
		var on, all int
		require.NoError(t, db.QueryRow("SELECT count(*) FILTER (WHERE setting = 'on'), count(*) FROM written").Scan(&on, &all))
		require.Equal(t, 100, on)
		require.Equal(t, all, on)
	})
}

// Only PostgreSQL has a server that can be away.
func TestBatch_GoesOnWhenTheDatabaseIsBack(t *testing.T) {
	onPostgres(t, func(t *testing.T, d database) {
		b := newBatch(t, d, newService(t, umbrellatest.WithLatency(50*time.Millisecond)), 1000)
		cmd, output := b.process("links.csv")
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return len(b.s.Sessions()) > 100 }, 30*time.Second, 10*time.Millisecond)
		require.NoError(t, postgres.do("pg_ctl", "-D", postgres.data(), "-w", "-m", "fast", "stop"))
		before := len(b.s.Sessions())
		require.Less(t, before, 1000)
		time.Sleep(1500 * time.Millisecond) // more than once's own tries
		require.NoError(t, postgres.start())
		b.weigh(cmd.Process.Pid)
		_ = cmd.Wait()
		require.Contains(t, []int{0, 3}, cmd.ProcessState.ExitCode(), output)
		results.add(t, pgDB, "umbrella-batch: 1000 rows, the database away for more than 1.5 s", "%s", b.verify(t, "links.csv"))
	})
}

// A service that shares the ledger has tried to renew a link.
func TestBatch_AKeyWhoseRenewalOpenedNothingIsExpired(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		b := newBatch(t, d, s, 2)
		old := d.expire(t, s, "k0")
		unknown := d.expire(t, s, "k1")
		s.inject(t, umbrellatest.Fault{Status: 429})
		_, err := d.ledger(t).Renew(t.Context(), s.client, "k0", request("k0"))
		require.ErrorIs(t, err, umbrella.ErrRateLimited)
		s.inject(t, umbrellatest.Fault{Reset: true})
		_, err = d.ledger(t).Renew(t.Context(), s.client, "k1", request("k1"))
		require.ErrorIs(t, err, once.ErrUnknown)

		cmd, output := b.process("links.csv")
		_ = cmd.Run()
		require.Equal(t, 3, cmd.ProcessState.ExitCode(), output)
		require.Contains(t, output.String(), "0 open, 1 expired, 1 unknown\n")
		links, err := os.ReadFile(filepath.Join(b.dir, "links.csv"))
		require.NoError(t, err)
		require.Contains(t, string(links), "\nk0,expired,"+old+",,\nk1,unknown,,,\n", "and not "+unknown)
		require.Len(t, s.Sessions(), 2)
	})
}
