package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestOverview_FollowsWithoutReload(t *testing.T) {
	m := startMock(t)
	tab := open(t, m.overview())
	evaluate[bool](t, tab, "window.sameDocument = true")
	link := m.link(t, "https://example.com/done")
	tab.shows(t, link.RequestID)
	tab.shows(t, "/onboarding/createSessionLink")
	wizard := open(t, link.URL)
	focused := evaluate[string](t, tab, `document.querySelector("#requests a").focus(), document.activeElement.id`)
	require.NotEmpty(t, focused)

	wizard.press(t, "button", "Decline")

	tab.shows(t, "CANCELLED")
	require.Equal(t, focused, evaluate[string](t, tab, "document.activeElement.id"), "a link in a table keeps the focus")
	require.Equal(t, 400, m.create(t, `{"email":"a@example.com"}`).status)
	tab.shows(t, "is missing")
	require.Equal(t, 3, evaluate[int](t, tab, "document.querySelectorAll('td li').length"), "one line for each violation")
	require.True(t, evaluate[bool](t, tab, "window.sameDocument === true"), "not loaded again")
	tab.accessible(t)
}

func TestOverview_ShowsAnswersThatChangeNothingElse(t *testing.T) {
	m := startMock(t, "--latency", "2s") // the page asks each second
	link := m.link(t, "https://example.com/done")
	tab := open(t, m.overview())

	require.Equal(t, 200, m.send(t, "GET", link.URL, "", nil).status)

	tab.until(t, `[...document.querySelectorAll("#requests tr")].some(r => r.cells[2].innerText.startsWith("GET /wizard/") && r.cells[3].innerText === "200")`)
}

func TestOverview_SaysThatTheMockIsGoneAndShowsTheNextOne(t *testing.T) {
	var behind atomic.Pointer[string] // the base URL of the mock, nil if there is none
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			target := &url.URL{Scheme: "http", Host: "127.0.0.1:0"}
			if base := behind.Load(); base != nil {
				target, _ = url.Parse(*base)
			}
			r.SetURL(target)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(front.Close)
	first, second := startMock(t), startMock(t)
	before, after := first.link(t, "https://example.com/done"), second.link(t, "https://example.com/done") // the counters are equal
	behind.Store(&first.URL)
	tab := open(t, front.URL+"/__mock/")
	tab.shows(t, before.RequestID)
	const isVisible = `document.getElementById("news").offsetHeight > 1`
	require.False(t, evaluate[bool](t, tab, isVisible))

	behind.Store(nil)
	tab.shows(t, "The mock does not answer")
	require.True(t, evaluate[bool](t, tab, isVisible))
	tab.accessible(t)

	behind.Store(&second.URL)
	tab.shows(t, after.RequestID)
	tab.until(t, "!("+isVisible+")")
}

func TestOverview_ControlsTheMock(t *testing.T) {
	m := startMock(t)
	link := m.link(t, "https://example.com/done")
	tab := open(t, m.overview())

	require.Equal(t, 1, evaluate[int](t, tab, "new Set([...document.querySelectorAll('td button')].map(b => b.offsetTop)).size"), "the buttons of a session stand in one line")

	tab.press(t, "button", "Let expire")
	tab.shows(t, "EXPIRED")
	require.Equal(t, "EXPIRED", m.state(t, link.RequestID))

	tab.press(t, "textbox", "Path (empty for any)")
	require.NoError(t, chromedp.Do(tab.ctx, chromedp.KeyEvent("/auth")))
	tab.press(t, "textbox", "Status")
	require.NoError(t, chromedp.Do(tab.ctx, chromedp.KeyEvent("503")))
	tab.press(t, "button", "Inject")
	tab.shows(t, "path=/auth; status=503")
	require.Equal(t, 503, m.send(t, "POST", m.URL+"/auth", "", nil).status)

	tab.press(t, "button", "Reset")
	tab.until(t, fmt.Sprintf("!document.body.innerText.includes(%s)", quote(link.RequestID)))
}
