package umbrellatest

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/document"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

const documentTTL = 5 * 24 * time.Hour // of a URL; upstream's documentation

// operations answers requests that are known to keep to the document: as the
// document does, but for the behaviours that are methods here.
type operations struct {
	server.DefaultAnswers
	mock   *Mock // not embedded: an operation may have the name of a method of Mock
	answer *answer
}

func (o operations) CreateSessionLink(ctx context.Context, req server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	m, a := o.mock, o.answer
	s := session.Session{Request: *req.Body, OpenedAt: m.now().UTC()}
	switch {
	case a.fault.PDFMissing:
		s.Unfit = "a fault lets the PDF be missing at docUrl"
	case m.fetchPDF:
		// A client that leaves leaves a session as it would be.
		s.Unfit = document.Fetch(context.WithoutCancel(ctx), req.Body.DocURL, m.browsers.Knows)
	}
	m.mu.Lock()
	s.RequestID, s.Token = m.uuid(), m.uuid()
	s.Events = &delivery.Line{Context: m.ctx, Outbox: m.outbox, After: a.left}
	m.mu.Unlock()
	s.URL = cmp.Or(m.baseURL, a.base) + wizardPath + s.Token
	s.ExpiresAfter = s.OpenedAt.Add(m.sessionTTL)
	if a.fault.Expired {
		s.ExpiresAfter = s.OpenedAt
	}
	m.sessions.Open(s)
	a.sessionID, a.early = s.RequestID, s.Events.Early
	return server.CreateSessionLink200JSONResponse{Status: true, Data: s.SessionLink}, nil
}

func (o operations) GetVerification(_ context.Context, req server.GetVerificationRequestObject) (server.GetVerificationResponseObject, error) {
	m, a := o.mock, o.answer
	s, ok := m.sessions.Get(req.SessionID)
	if !ok {
		a.Breach("$path.sessionId", "path", "must be the requestId of a session that the mock has")
		return nil, nil // answered
	}
	a.sessionID = s.RequestID
	if a.fault.Pending {
		s.Status = StatusRunning
	}
	return server.GetVerification200JSONResponse{Status: true, Data: m.verification(s, a.base)}, nil
}

// verification is what the service knows of a session. All but the example of a
// completed one is made up.
func (m *Mock) verification(s session.Session, base string) api.Verification {
	if s.Status == StatusCompleted {
		expires := m.now().UTC().Add(documentTTL).Truncate(time.Second)
		url := base + documentPath + s.RequestID + "?token=" + m.tokens.Issue(s.RequestID, expires)
		return document.Verification(s, url, expires)
	}
	return document.Unverified(s)
}

// document serves the signed PDF of a session to whoever has its URL.
func (m *Mock) document(a *answer, r *http.Request) {
	if !a.Allow(r, http.MethodGet) {
		return
	}
	id := strings.TrimPrefix(r.URL.Path, documentPath)
	s, ok := m.sessions.Get(id)
	a.sessionID = s.RequestID
	switch {
	case m.tokens.Check(r.URL.Query().Get("token"), id, m.now()) != "":
		reply.Message(a, http.StatusForbidden, "The URL has expired")
	case !ok || s.Status != StatusCompleted:
		reply.Message(a, http.StatusNotFound, http.StatusText(http.StatusNotFound))
	default:
		a.Header().Set("Content-Type", "application/pdf")
		_, _ = a.Write(document.PDF(s)) // to memory
	}
}

// operate answers a request for an operation as the service would.
func (m *Mock) operate(a *answer, r *http.Request) {
	reason, found := m.refusal(r)
	// Like most services, this one asks who calls before it looks at what for.
	switch {
	case a.Op.Serve != nil && reason != "":
		a.Breach("$header.Authorization", "security", reason)
	case found != nil:
		a.Refuse(found)
	default:
		a.Op.Call(m.operations(a), a, r, a.unfit)
	}
	m.checkOwn(a, r)
}

// refusal has what is wrong with the token of r, and with r otherwise.
func (m *Mock) refusal(r *http.Request) (token string, found *contract.Error) {
	errors.As(m.contract.ValidateRequest(r), &found) // the only kind, as the body is in memory
	return m.tokens.CheckBearer(r, m.now()), found
}

// wouldProcess reports whether r, for createSessionLink or getVerification, would not
// be refused.
func (m *Mock) wouldProcess(a *answer, r *http.Request) bool {
	if id := r.PathValue("sessionId"); id != "" {
		if _, known := m.sessions.Get(id); !known {
			return false
		}
	}
	token, found := m.refusal(r)
	return a.Op.Serve != nil && token == "" && found == nil
}

// unfit refuses a request that keeps to the document but not to package api.
func (a *answer) unfit() { a.Breach("$", "type", "must fit into the Go types of package api") }

// checkOwn turns an answer that breaks the document into a 500. Refusals for
// which the document has no status pass.
func (m *Mock) checkOwn(a *answer, r *http.Request) {
	var broken *contract.Error
	if !errors.As(m.contract.ValidateResponse(r, a.Result()), &broken) {
		return
	}
	if rule := broken.Violations[0].Rule; len(a.Violations) > 0 && (rule == "status" || rule == "path" || rule == "method") {
		return
	}
	a.Clear()
	reply.Message(a, http.StatusInternalServerError, "umbrellatest: the mock failed: "+broken.Error())
	a.Explain(broken.Violations)
}
