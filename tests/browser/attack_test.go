package browser

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
)

const attack = `"'><script>window.ran=1;alert(1)</script><img src=x onerror="window.ran=1;alert(2)"><a href="javascript:alert(3)">go</a>`

// inert fails the test if anything of an attack has become more than text.
func (b *tab) inert(t *testing.T) {
	b.silent(t)
	require.Equal(t, "undefined", evaluate[string](t, b, "typeof window.ran"))
	require.Zero(t, evaluate[int](t, b, `document.querySelectorAll('script:not([src="overview.js"]), img, iframe, [onerror], [onload], [href^="javascript:" i], [action^="javascript:" i]').length`))
}

// body is that of createSessionLink with other values for some fields.
func body(t *testing.T, change func(*api.CreateSessionLinkRequest)) string {
	req := api.CreateSessionLinkRequest{
		Email: "erika@example.com", PhoneNumber: "+436508021530",
		RedirectURL: "https://example.com/done", DocURL: "https://example.com/contract.pdf",
		SignForms: []api.SignForm{{FieldID: "a", ActorID: "b"}},
		FillForm:  []api.FillFormField{{FieldID: "c", Value: "d"}},
	}
	change(&req)
	data, err := json.Marshal(req)
	require.NoError(t, err)
	return string(data)
}

func TestAttack_InAnyFieldIsTextOnAllPages(t *testing.T) {
	application := startPage(t)
	m := startMock(t)
	overview := open(t, m.overview())
	accepted := 0
	for field, set := range map[string]func(*api.CreateSessionLinkRequest, string){
		"email":       func(r *api.CreateSessionLinkRequest, v string) { r.Email = v },
		"phoneNumber": func(r *api.CreateSessionLinkRequest, v string) { r.PhoneNumber = v },
		"docUrl":      func(r *api.CreateSessionLinkRequest, v string) { r.DocURL = "https://example.com/" + v },
		"fieldId":     func(r *api.CreateSessionLinkRequest, v string) { r.SignForms[0].FieldID = v },
		"actorId":     func(r *api.CreateSessionLinkRequest, v string) { r.SignForms[0].ActorID = v },
		"fill":        func(r *api.CreateSessionLinkRequest, v string) { r.FillForm[0].FieldID = v },
		"value":       func(r *api.CreateSessionLinkRequest, v string) { r.FillForm[0].Value = v },
		"quoted e-mail": func(r *api.CreateSessionLinkRequest, _ string) {
			r.Email = `"<script>window.ran=1</script>"@example.com`
		},
		"escaped docUrl": func(r *api.CreateSessionLinkRequest, _ string) { // without a slash, as the page shows what follows the last one
			r.DocURL = "https://example.com/" + url.PathEscape(`<img src=x onerror="window.ran=1"><script>window.ran=1`)
		},
	} {
		t.Run(field, func(t *testing.T) {
			a := m.create(t, body(t, func(r *api.CreateSessionLinkRequest) {
				r.RedirectURL = application + "/done"
				set(r, attack)
			}))
			if a.status == http.StatusBadRequest {
				return // refused, and in the overview's list of requests
			}
			require.Equal(t, http.StatusOK, a.status, string(a.body))
			accepted++
			var answer api.CreateSessionLinkResponse
			require.NoError(t, json.Unmarshal(a.body, &answer))
			tab := open(t, answer.Data.URL)
			tab.shows(t, "<script>window.ran=1")
			tab.inert(t)
			tab.press(t, "button", "Sign")
			tab.arrive(t, application+"/done")
			tab.silent(t)
		})
	}
	require.GreaterOrEqual(t, accepted, 6, "the fields that may hold any text")
	path := m.URL + "/%3Cscript%3Ewindow.ran=1%3C%2Fscript%3E"
	require.Equal(t, http.StatusNotFound, m.send(t, http.MethodGet, path, "", nil).status)
	overview.shows(t, "<script>window.ran=1</script>")
	overview.inert(t)
	overview.visit(t, m.overview())
	overview.shows(t, "<script>window.ran=1</script>")
	overview.inert(t)
}

func TestAttack_RedirectURLThatIsNoWebPageLeadsNowhere(t *testing.T) {
	m := startMock(t)
	for _, target := range []string{
		"javascript:window.ran=1;alert(1)", "JavaScript:alert(1)//https://example.com", "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
		"vbscript:alert(1)", "file:///etc/passwd",
	} {
		t.Run(target, func(t *testing.T) {
			a := m.create(t, body(t, func(r *api.CreateSessionLinkRequest) { r.RedirectURL = target }))
			require.Equal(t, http.StatusOK, a.status, string(a.body))
			var answer api.CreateSessionLinkResponse
			require.NoError(t, json.Unmarshal(a.body, &answer))
			tab := open(t, answer.Data.URL)
			tab.shows(t, "redirectUrl is refused")

			tab.press(t, "button", "Sign")

			tab.shows(t, "This session is COMPLETED")
			tab.arrive(t, answer.Data.URL)
			tab.inert(t)
			location, err := chromedp.Run(tab.ctx, chromedp.Location())
			require.NoError(t, err)
			require.Equal(t, answer.Data.URL, location)
		})
	}
}
