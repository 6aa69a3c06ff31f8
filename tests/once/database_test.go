package once_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const racers = 12

// TestRace races for each key from 12 ledgers that share nothing but the table.
func TestRace_OneSessionForEachKeyAtEachIsolationLevel(t *testing.T) {
	test := func(t *testing.T, d database, level string) {
		s := newService(t)
		var links sync.Map // key/request id
		var all sync.WaitGroup
		for range racers {
			l := d.ledger(t)
			all.Go(func() {
				for n := range *racedKeys {
					key := fmt.Sprintf("k%d", n)
					link, err := l.CreateSessionLink(t.Context(), s.client, key, request(key))
					if err != nil {
						t.Errorf("%s: %v", key, err)
						continue
					}
					links.Store(key+"/"+link.RequestID, true)
				}
			})
		}
		all.Wait()
		different := 0
		links.Range(func(any, any) bool { different++; return true })
		require.Equal(t, *racedKeys, different)
		require.Len(t, s.Sessions(), *racedKeys)
		results.add(t, d.name, fmt.Sprintf("%d keys, %d racers, %s", *racedKeys, racers, level), "%d sessions", len(s.Sessions()))
	}
	onEach(t, func(t *testing.T, d database) {
		if d.name == sqliteDB {
			test(t, d, "serializable")
			return
		}
		for _, level := range []string{"read committed", "repeatable read", "serializable"} {
			t.Run(level, func(t *testing.T) {
				settings := fmt.Sprintf("default_transaction_isolation='%s'", level)
				test(t, newPostgres(t, settings), level)
			})
		}
	})
}

// TestRestart restarts PostgreSQL while replicas work.
func TestRestart_NoKeyHasTwoSessions(t *testing.T) {
	onPostgres(t, func(t *testing.T, d database) {
		s := newService(t, umbrellatest.WithLatency(5*time.Millisecond))
		var stop atomic.Bool
		var all sync.WaitGroup
		var next, failures atomic.Int64
		for range 4 {
			l := d.ledger(t, once.WithLease(30*time.Second))
			for range 2 {
				all.Go(func() {
					for !stop.Load() {
						key := fmt.Sprintf("k%d", next.Add(1)/4) // four calls for each key
						if _, err := l.CreateSessionLink(t.Context(), s.client, key, request(key)); err != nil {
							failures.Add(1)
						}
					}
				})
			}
		}
		for _, mode := range []string{"immediate", "fast"} {
			time.Sleep(300 * time.Millisecond)
			require.NoError(t, postgres.do("pg_ctl", "-D", postgres.data(), "-w", "-m", mode, "stop"))
			require.NoError(t, postgres.start())
		}
		time.Sleep(300 * time.Millisecond)
		stop.Store(true)
		all.Wait()

		l := d.ledger(t)
		unknown := 0
		for n := range next.Load() / 4 {
			key := fmt.Sprintf("k%d", n)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := l.CreateSessionLink(ctx, s.client, key, request(key))
			cancel()
			if err != nil {
				unknown++
			}
		}
		opened := s.opened(t)
		for key, sessions := range opened {
			require.Len(t, sessions, 1, key)
		}
		require.Greater(t, len(opened), 10)
		results.add(t, d.name, "restarted twice in the middle of 8 callers", "%d keys, 0 with two sessions, %d calls failed, %d keys without a link afterwards", len(opened), failures.Load(), unknown)
	})
}
