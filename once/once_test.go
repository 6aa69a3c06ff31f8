package once_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
)

// What needs a database is tested in tests/once, on SQLite and PostgreSQL.

func newLedger(t *testing.T, secret string, opts ...once.Option) *once.Ledger {
	l, err := once.New(&sql.DB{}, []byte(secret), opts...)
	require.NoError(t, err)
	return l
}

const secret = "0123456789abcdef"

func TestStatements_BindEachPlaceholderOnceAndInOrder(t *testing.T) {
	for _, statement := range once.Statements {
		var found []string
		for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(statement, -1) {
			found = append(found, m[1])
		}
		require.NotEmpty(t, found)
		for i, number := range found {
			require.Equal(t, strconv.Itoa(i+1), number, statement)
		}
		require.NotContains(t, statement, "?")
		require.NotContains(t, statement, ";")
	}
}

func TestNew_NamesEverythingThatIsWrong(t *testing.T) {
	_, err := once.New(nil, []byte("short"), nil, once.WithLease(time.Millisecond), once.WithoutFields("docUrl", "DocURL"))
	for _, want := range []string{"the database is nil", "the secret is shorter than 16 bytes", "a nil Option", "WithLease", `WithoutFields: the request has no property "DocURL"`} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "short ")
}

func TestLedger_RefusesKeysThatAreNone(t *testing.T) {
	client, err := umbrella.New(umbrella.Sandbox, umbrella.WithToken("x.y.z"))
	require.NoError(t, err)
	l := newLedger(t, secret)
	for key, want := range map[string]string{
		"": "empty", strings.Repeat("k", 256): "longer than 255 bytes", "a\xff": "UTF-8", "a\x00b": "NUL",
	} {
		_, err := l.CreateSessionLink(t.Context(), client, key, api.CreateSessionLinkRequest{})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, l.Resolve(t.Context(), key, once.NotOpened), want)
		require.ErrorContains(t, once.CheckKey(key), want)
	}
	_, err = l.CreateSessionLink(t.Context(), nil, "k", api.CreateSessionLinkRequest{})
	require.ErrorContains(t, err, "the client is nil")
	var none context.Context
	_, err = l.Renew(none, client, "k", api.CreateSessionLinkRequest{})
	require.ErrorContains(t, err, "the context is nil")
}

func TestMAC_TellsEachDifferenceApart(t *testing.T) {
	l := newLedger(t, secret)
	form := func(field, actor string) []api.SignForm { return []api.SignForm{{FieldID: field, ActorID: actor}} }
	fill := func(field, value string) []api.FillFormField {
		return []api.FillFormField{{FieldID: field, Value: value}}
	}
	requests := []api.CreateSessionLinkRequest{
		{},
		{Email: "a"},
		{PhoneNumber: "a"},
		{Email: "a", PhoneNumber: "b"},
		{Email: "ab"},
		{Email: "a\x05b"},
		{SignForms: form("a", "b")},
		{SignForms: form("ab", "")},
		{SignForms: form("", "ab")},
		{SignForms: append(form("a", ""), form("b", "")...)},
		{SignForms: append(form("b", ""), form("a", "")...)},
		{SignForms: form("a", ""), FillForm: fill("b", "")},
		{FillForm: fill("a", "b")},
	}
	seen := map[string]int{}
	for i, req := range requests {
		mac := l.MAC("k", req)
		require.Regexp(t, "^v1:[0-9a-f]{64}$", mac)
		other, again := seen[mac]
		require.False(t, again, "%d and %d", other, i)
		seen[mac] = i
		require.NotEqual(t, mac, l.MAC("l", req), "another key")
		require.NotEqual(t, mac, newLedger(t, "another secret of the ledger").MAC("k", req))
	}
}

// A ledger outlives versions of this package: this value may not change.
func TestMAC_Stays(t *testing.T) {
	req := api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026", RedirectURL: "https://example.com/", DocURL: "https://example.com/a.pdf",
		SignForms: []api.SignForm{{FieldID: "s", ActorID: "userToIdentify"}}, FillForm: []api.FillFormField{{FieldID: "f", Value: "v"}},
	}
	require.Equal(t, "v1:63c589ce18a4c460210ca95582021beadc92ec5fa6551c42de9cd77e5c1f99be", newLedger(t, secret).MAC("k", req))
	req.SignForms, req.FillForm = nil, nil
	without := newLedger(t, secret).MAC("k", req)
	req.SignForms = []api.SignForm{}
	require.Equal(t, without, newLedger(t, secret).MAC("k", req), "an empty list is not sent, so it is none")
}

func TestMAC_LeavesOutFields(t *testing.T) {
	l := newLedger(t, secret, once.WithoutFields("docUrl"))
	a, b := api.CreateSessionLinkRequest{DocURL: "a"}, api.CreateSessionLinkRequest{DocURL: "b"}
	require.Equal(t, l.MAC("k", a), l.MAC("k", b))
	b.Email = "b"
	require.NotEqual(t, l.MAC("k", a), l.MAC("k", b))
}

func TestErrors_DoNotShowTheLink(t *testing.T) {
	err := &once.UnrecordedError{Link: &api.SessionLink{RequestID: "id", URL: "https://secret"}, Err: sql.ErrConnDone}
	text, failed := json.Marshal(err)
	require.NoError(t, failed)
	for _, shown := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %s %q", err, *err, *err, err, err), string(text)} {
		require.NotContains(t, shown, "secret")
	}
	require.ErrorIs(t, err, sql.ErrConnDone)
}

func TestSchema_OfAnUnknownDialectIsEmpty(t *testing.T) {
	require.Empty(t, once.Schema(0))
	require.ErrorContains(t, newLedger(t, secret).Migrate(t.Context(), 0), "unknown dialect")
	require.Contains(t, once.Schema(once.PostgreSQL), `COLLATE "C"`)
}
