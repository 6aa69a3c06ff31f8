package browser

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestSign_LeadsToAPageThatMayCallTheMock(t *testing.T) {
	for _, flags := range [][]string{nil, {"--base-path", "/api/services"}} {
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			application := startPage(t)
			m := startMock(t, append(flags, "--cors-origin", application)...)
			link := m.link(t, application+"/done?from=mock", "--fill", "Name=Erika Mustermann")
			tab := open(t, link.URL)
			for _, shown := range []string{"Mock of the Umbrella API", "contract.pdf", "Signature1", "userToIdentify", "Erika Mustermann", "erika@example.com", link.RequestID} {
				tab.shows(t, shown)
			}

			tab.press(t, "button", "Sign")

			tab.arrive(t, application+"/done?from=mock")
			require.Equal(t, "COMPLETED", m.state(t, link.RequestID))
			require.Equal(t, "completed", evaluate[string](t, tab, m.fetchVerification(link.RequestID)))
			require.Equal(t, "refused", evaluate[string](t, tab, fmt.Sprintf(`fetch(%s, {method: "POST"}).then(() => "answered", () => "refused")`, quote(m.overview()+"reset"))))
			require.Equal(t, "COMPLETED", m.state(t, link.RequestID), "no page of another origin resets the mock")

			stranger, err := url.Parse(application)
			require.NoError(t, err)
			tab.visit(t, "http://localhost:"+stranger.Port())
			require.Equal(t, "refused", evaluate[string](t, tab, m.fetchVerification(link.RequestID)), "its origin was not given")
		})
	}
}

// fetchVerification is a script that logs in, asks for a session's state and reads the
// answer: both need a preflight, for their headers.
func (m mock) fetchVerification(requestID string) string {
	return fmt.Sprintf(`(async () => {
		const login = await fetch(%s + "/auth", {method: "POST", headers: {"Api-Key": %s, "Customer-Id": %s}}).catch(() => null);
		if (!login) return "refused";
		const token = (await login.json()).access_token;
		const answer = await fetch(%s, {headers: {Authorization: "Bearer " + token}});
		return (await answer.json()).data.status;
	})()`, quote(m.URL), quote(m.APIKey), quote(m.CustomerID), quote(m.URL+"/onboarding/getVerification/"+requestID))
}

func TestSign_FollowsRedirectsOverOrigins(t *testing.T) {
	application := startPage(t)
	second := startRedirect(t, application+"/done")
	first := startRedirect(t, second+"/login")
	m := startMock(t)
	link := m.link(t, first+"/back")
	tab := open(t, link.URL)

	tab.press(t, "button", "Sign")

	tab.arrive(t, application+"/done")
	require.Equal(t, "COMPLETED", m.state(t, link.RequestID))
}

func TestOtherButtons_EndTheSessionAndStay(t *testing.T) {
	m := startMock(t)
	for button, want := range map[string]string{"Decline": "CANCELLED", "Let expire": "EXPIRED", "Fail": "FAILED"} {
		t.Run(button, func(t *testing.T) {
			link := m.link(t, "https://example.com/done")
			tab := open(t, link.URL)

			tab.press(t, "button", button)

			tab.shows(t, "This session is "+want)
			tab.arrive(t, link.URL)
			require.Equal(t, want, m.state(t, link.RequestID))
			require.Zero(t, evaluate[int](t, tab, "document.querySelectorAll('button').length"))
			tab.accessible(t)
		})
	}
}

func TestKeyboard_TabToSignAndEnter(t *testing.T) {
	application := startPage(t)
	m := startMock(t)
	link := m.link(t, application+"/done")
	tab := open(t, link.URL)
	const focused = "document.activeElement.textContent"
	for range 5 {
		require.NoError(t, chromedp.Do(tab.ctx, chromedp.KeyEvent("\t")))
		if evaluate[string](t, tab, focused) == "Sign" {
			break
		}
	}
	require.Equal(t, "Sign", evaluate[string](t, tab, focused))
	require.NotEqual(t, "none", evaluate[string](t, tab, "getComputedStyle(document.activeElement).outlineStyle"), "the focus is visible")

	require.NoError(t, chromedp.Do(tab.ctx, chromedp.KeyEvent("\r")))

	tab.arrive(t, application+"/done")
	require.Equal(t, "COMPLETED", m.state(t, link.RequestID))
}
