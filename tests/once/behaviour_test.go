package once_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestLedger_TheSameKeyGivesTheSameLinkFromAnyProcess(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		first, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		second, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Equal(t, first, second)
		require.Equal(t, s.Sessions()[first.RequestID].URL, first.URL)
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_AnotherRequestIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		other := request("k")
		other.SignForms = []api.SignForm{{FieldID: "Signature2", ActorID: "userToIdentify"}}
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", other)
		require.ErrorIs(t, err, once.ErrKeyReused)
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_AnotherRequestIsRefusedWhileTheFirstIsOnItsWay(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.inject(t, umbrellatest.Fault{DelayHeader: 200 * time.Millisecond})
		other := request("k")
		other.DocURL += "?another"
		var calls sync.WaitGroup
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"), func(context.Context, *http.Request) error {
			calls.Go(func() {
				link, err := l.CreateSessionLink(t.Context(), s.client, "k", other)
				if link != nil || !errors.Is(err, once.ErrKeyReused) {
					t.Errorf("not refused: %v", err)
				}
			})
			return nil
		})
		require.NoError(t, err)
		calls.Wait()
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_FieldsLeftOutMayDiffer(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t, once.WithoutFields("docUrl"))
		first, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		signed := request("k")
		signed.DocURL += "?signature=2"
		second, err := l.CreateSessionLink(t.Context(), s.client, "k", signed)
		require.NoError(t, err)
		require.Equal(t, first, second)
	})
}

func TestLedger_ARefusedRequestMayBeCorrected(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.inject(t, umbrellatest.Fault{Status: 400})
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
		require.Equal(t, "failed", d.state(t, "k"))

		bad := request("k")
		bad.PhoneNumber = "none"
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", bad)
		var refused *umbrella.ValidationError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "failed", d.state(t, "k"))

		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
	})
}

func TestLedger_WhatWasNotProcessedIsSentAgain(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.inject(t, umbrellatest.Fault{Status: 429})
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, umbrella.ErrRateLimited)
		require.Equal(t, "intent", d.state(t, "k"))
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_WhatMayHaveBeenProcessedIsUnknownAndNotSentAgain(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.inject(t, umbrellatest.Fault{Reset: true, AfterProcessing: true})
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, once.ErrUnknown)
		var e *umbrella.Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.MaybeProcessed)
		_, err = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, once.ErrUnknown)
		require.Len(t, s.Sessions(), 1)
		require.Equal(t, "unknown", d.state(t, "k"))
	})
}

func TestLedger_APanicOfAnEditorLeavesTheKeyUnknown(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		_, err := d.ledger(t).CreateSessionLink(t.Context(), newService(t).client, "k", request("k"),
			func(context.Context, *http.Request) error { panic("editor") })
		require.ErrorIs(t, err, once.ErrUnknown)
		require.Equal(t, "unknown", d.state(t, "k"))
	})
}

func TestLedger_CallersOfOneProcessShareOneSend(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.inject(t, umbrellatest.Fault{Reset: true, AfterProcessing: true, DelayHeader: 100 * time.Millisecond})
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
				var e *once.UnknownError
				if !errors.As(err, &e) {
					t.Errorf("%v", err)
				}
			})
		}
		callers.Wait()
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_ACallerThatLeavesFindsTheLinkLater(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		ctx, leave := context.WithCancel(t.Context())
		_, err := l.CreateSessionLink(ctx, s.client, "k", request("k"), func(context.Context, *http.Request) error {
			leave()
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		link, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Len(t, s.Sessions(), 1)
		require.Contains(t, s.Sessions(), link.RequestID)
	})
}

func TestLedger_WaitReturnsWhenWhatIsOnItsWayIsRecorded(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		require.NoError(t, l.Wait(t.Context()))
		ctx, leave := context.WithCancel(t.Context())
		proceed := make(chan struct{})
		_, err := l.CreateSessionLink(ctx, s.client, "k", request("k"), func(context.Context, *http.Request) error {
			leave()
			<-proceed
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, l.Wait(ctx), context.Canceled)
		close(proceed)
		require.NoError(t, l.Wait(t.Context()))
		require.Equal(t, "open", d.state(t, "k"))
	})
}

func TestLedger_WaitingForAnotherProcessEndsWithTheContext(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		inside, leave := make(chan struct{}), make(chan struct{})
		go func() {
			_, _ = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"), func(context.Context, *http.Request) error {
				close(inside)
				<-leave
				return nil
			})
		}()
		<-inside
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := d.ledger(t).CreateSessionLink(ctx, s.client, "k", request("k"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, once.ErrUnknown)
		close(leave)
		_, err = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Len(t, s.Sessions(), 1)
	})
}

func TestLedger_AnyKeyIsOneKey(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		keys := []string{"k", "K", " k", "k ", "1", "01", "1.0", "é", "e\u0301", "'; DROP TABLE umbrella_once; --", "$1", "%", strings.Repeat("x", 255)}
		for _, key := range keys {
			for range 2 {
				_, err := l.CreateSessionLink(t.Context(), s.client, key, request(key))
				require.NoError(t, err, key)
			}
		}
		require.ElementsMatch(t, keys, slices.Collect(maps.Keys(s.opened(t))))
		require.Len(t, s.Sessions(), len(keys))
	})
}

func TestMigrate_AtTheSameTime(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		_, err := d.open(t).Exec("DROP TABLE umbrella_once")
		require.NoError(t, err)
		var processes sync.WaitGroup
		for range 12 {
			l := d.ledger(t)
			processes.Go(func() {
				if err := l.Migrate(t.Context(), d.dialect); err != nil {
					t.Errorf("%v", err)
				}
			})
		}
		processes.Wait()
		require.NoError(t, d.ledger(t).Migrate(t.Context(), d.dialect), "a table that is there")
	})
}

func TestMigrate_RefusesATableOfTheSameNameAndOtherColumns(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		_, err := d.open(t).Exec("DROP TABLE umbrella_once")
		require.NoError(t, err)
		_, err = d.open(t).Exec("CREATE TABLE umbrella_once (id INTEGER)")
		require.NoError(t, err)
		require.Error(t, d.ledger(t).Migrate(t.Context(), d.dialect))
	})
}

// A write that fails after the session was opened: the caller gets the link.
func TestLedger_ALinkThatCannotBeRecordedIsReturned(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t, once.WithLease(time.Second))
		link, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"), func(context.Context, *http.Request) error {
			_, err := d.open(t).Exec("ALTER TABLE umbrella_once RENAME TO elsewhere")
			return err
		})
		var unrecorded *once.UnrecordedError
		require.ErrorAs(t, err, &unrecorded)
		require.Equal(t, link, unrecorded.Link)
		require.Equal(t, s.Sessions()[link.RequestID].URL, link.URL)
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, *unrecorded)} {
			require.NotContains(t, text, link.URL)
		}

		_, err = d.open(t).Exec("ALTER TABLE elsewhere RENAME TO umbrella_once")
		require.NoError(t, err)
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k")) // waits for the lease
		require.ErrorIs(t, err, once.ErrUnknown)
		require.NoError(t, l.Resolve(t.Context(), "k", once.Opened(*link)))
		again, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Equal(t, link, again)
	})
}
