package once_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/once"
)

// fill adds rows to the table: most of them copies of the open row of "k".
func (d database) fill(t *testing.T, n int) {
	insert := `INSERT INTO umbrella_once SELECT 'filled ' || n, request_mac,
CASE n % 100 WHEN 0 THEN 'unknown' WHEN 1 THEN 'failed' ELSE state END, claim, claimed_until, request_id, url,
CASE n % 100 WHEN 2 THEN 1 ELSE expires_at END, updated_at FROM umbrella_once, `
	if d.dialect == once.PostgreSQL {
		insert += "generate_series(1, LAST) AS series(n) WHERE session_key = 'k'"
	} else {
		insert = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < LAST) " + insert + "series WHERE session_key = 'k'"
	}
	_, err := d.open(t).Exec(strings.ReplaceAll(insert, "LAST", strconv.Itoa(n)))
	require.NoError(t, err)
	_, err = d.open(t).Exec("ANALYZE")
	require.NoError(t, err)
}

func TestCost_AKeyInALargeLedger(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		d.fill(t, *rows)
		require.Contains(t, d.plan(t), map[string]string{sqliteDB: "USING PRIMARY KEY", pgDB: "Index Scan"}[d.name])

		start := time.Now()
		require.Len(t, unknownKeys(t, l), *rows/100)
		listed := time.Since(start)
		start = time.Now()
		pruned, err := l.Prune(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, *rows/100, pruned)
		results.add(t, d.name, fmt.Sprintf("%d keys", *rows), "Unknown lists %d in %s, Prune blanks %d in %s",
			*rows/100, listed.Round(time.Millisecond), pruned, time.Since(start).Round(time.Millisecond))

		byHand, ours := compare(t, d, l, s)
		results.add(t, d.name, fmt.Sprintf("a call with an existing key, %d keys", *rows), "%s, a hand-written SELECT %s: %.2f times",
			ours, byHand, float64(ours)/float64(byHand))
	})
}

// plan is how the database reads a key.
func (d database) plan(t *testing.T) string {
	explain := "EXPLAIN "
	if d.dialect == once.SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := d.open(t).Query(explain + "SELECT url FROM umbrella_once WHERE session_key = 'filled 7'")
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var plan strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		require.NoError(t, rows.Scan(values...))
		fmt.Fprintln(&plan, *values[len(values)-1].(*any))
	}
	require.NoError(t, rows.Err())
	return plan.String()
}

// compare takes turns, so that what else the machine does hits both, and returns the
// medians. By hand, the same columns are read: it takes all of them to tell a link from
// a key that is busy, unknown or another request's, and to claim it.
func compare(t *testing.T, d database, l *once.Ledger, s *service) (byHand, ours time.Duration) {
	db := d.open(t)
	req := request("k")
	var hand, call []time.Duration
	read := func() {
		start := time.Now()
		var mac, state, claim, id, url string
		var until, expires int64
		err := db.QueryRowContext(t.Context(), "SELECT request_mac, state, claim, claimed_until, request_id, url, expires_at FROM umbrella_once WHERE session_key = $1", "k").
			Scan(&mac, &state, &claim, &until, &id, &url, &expires)
		hand = append(hand, time.Since(start))
		require.NoError(t, err)
	}
	ask := func() {
		start := time.Now()
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", req)
		call = append(call, time.Since(start))
		require.NoError(t, err)
	}
	for range max(200, *rows/20) {
		for _, next := range []func(){read, ask, ask, read} { // each as often after each
			next()
		}
	}
	slices.Sort(hand)
	slices.Sort(call)
	return hand[len(hand)/2], call[len(call)/2]
}

// statements counts what is sent to PostgreSQL.
type statements struct{ n atomic.Int64 }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	s.n.Add(1)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestCost_AnExistingKeyIsOneStatementAndANewOneIsThree(t *testing.T) {
	if postgres == nil {
		t.Skip("only the driver for PostgreSQL counts statements")
	}
	d := newPostgres(t, "")
	config, err := pgx.ParseConfig(d.dsn)
	require.NoError(t, err)
	var count statements
	config.Tracer = &count
	var db *sql.DB = stdlib.OpenDB(*config)
	defer db.Close()
	l, err := once.New(db, []byte(secret))
	require.NoError(t, err)
	s := newService(t)
	for _, want := range []int64{3, 1, 1} {
		count.n.Store(0)
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Equal(t, want, count.n.Load())
	}
}
