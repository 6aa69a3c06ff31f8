package umbrellatest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const documentTTL = 5 * 24 * time.Hour // of a URL; upstream's documentation

func (o operations) GetVerification(_ context.Context, req server.GetVerificationRequestObject) (server.GetVerificationResponseObject, error) {
	m := o.mock
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(req.SessionID)
	if s == nil {
		return unknownSession{}, nil
	}
	a, current := o.answer, *s
	a.sessionID = s.RequestID
	if a.fault.Pending {
		current.status = StatusRunning
	}
	return server.GetVerification200JSONResponse{Status: true, Data: m.verification(&current, a.base)}, nil
}

// unknownSession is an answer that the vendor does not document.
type unknownSession struct{}

// VisitGetVerificationResponse implements server.GetVerificationResponseObject.
func (unknownSession) VisitGetVerificationResponse(w http.ResponseWriter) error {
	w.(*answer).refuse(breach("$path.sessionId", "path", "must be the requestId of a session that the mock has"), server.OperationInfo{})
	return nil
}

// verification changes the vendor's example for a completed session. All else is
// made up.
func (m *Mock) verification(s *session, base string) api.Verification {
	status := strings.ToLower(s.status)
	if s.status == StatusRunning {
		status = "pending"
	}
	if s.status != StatusCompleted {
		return api.Verification{IsVerified: new(false), Status: &status, Message: new("Verification " + status), RequestID: &s.RequestID}
	}
	var example api.VerificationResultResponse
	_ = json.Unmarshal([]byte(server.OperationTable["GET /onboarding/getVerification/{sessionId}"].Answers[http.StatusOK]), &example)
	v, request := example.Data, s.decoded()
	v.RequestID = &s.RequestID
	v.Identification.PersonData = &api.PersonData{
		Email: &request.Email, PhoneNumber: &request.PhoneNumber,
		FirstName: new(person["firstName"]), LastName: new(person["lastName"]), BirthDate: new(person["birthDate"]), Gender: new(person["gender"]),
	}
	signature := &v.Signature.Content[0]
	signature.SignedAt = new(s.endedAt.Format(time.RFC3339Nano))
	plain, signed := signature.PlainResource, signature.SignedResource
	plain.Metadata = map[string]any{"sourceTemplateUrl": request.DocURL}
	plain.ResourceURL, plain.URLValidBefore, plain.SizeBytes = nil, nil, nil // the mock does not have it
	expires := m.now().UTC().Add(documentTTL).Truncate(time.Second)
	token := m.seal(claims{Expires: seconds(expires), Document: s.RequestID})
	signed.ResourceURL, signed.URLValidBefore = new(base+documentPath+s.RequestID+"?token="+token), new(expires.Format(time.RFC3339))
	signed.SizeBytes = new(int64(len(signedPDF(s))))
	return v
}

// document serves the signed PDF of a session to whoever has its URL.
func (m *Mock) document(a *answer, r *http.Request) {
	if !a.allow(r, http.MethodGet) {
		return
	}
	id := strings.TrimPrefix(r.URL.Path, documentPath)
	c, ok := m.unseal(r.URL.Query().Get("token"))
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(id)
	if s != nil {
		a.sessionID = id
	}
	switch {
	case !ok || c.Document != id || seconds(m.now()) >= c.Expires:
		writeMessage(a, http.StatusForbidden, "The URL has expired")
	case s == nil || s.status != StatusCompleted:
		writeMessage(a, http.StatusNotFound, http.StatusText(http.StatusNotFound))
	default:
		a.Header().Set("Content-Type", "application/pdf")
		_, _ = a.Write(signedPDF(s)) // to memory
	}
}
