package umbrellatest

import (
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const (
	documentPath     = "/documents/"
	documentTemplate = documentPath + "{requestId}"
	documentTTL      = 5 * 24 * time.Hour // of a URL; upstream's documentation
)

// baseURL is the mock's own, as its client wrote it.
func baseURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (o operations) GetVerification(ctx context.Context, req server.GetVerificationRequestObject) (server.GetVerificationResponseObject, error) {
	m := o.mock
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(req.SessionID)
	if s == nil {
		return unknownSession{}, nil
	}
	return server.GetVerification200JSONResponse{Status: true, Data: m.verification(s, answerOf(ctx).base)}, nil
}

// unknownSession is an answer that the vendor does not document.
type unknownSession struct{}

// VisitGetVerificationResponse implements server.GetVerificationResponseObject.
func (unknownSession) VisitGetVerificationResponse(w http.ResponseWriter) error {
	w.(*answer).refuse(refusal("$path.sessionId", "path", "must be the requestId of a session that the mock has"), server.OperationInfo{})
	return nil
}

// verification has the vendor's example for a completed session. All else is made up.
func (m *Mock) verification(s *session, base string) api.Verification {
	status := strings.ToLower(s.status)
	if s.status == StatusRunning {
		status = "pending"
	}
	v := api.Verification{
		IsVerified: new(s.status == StatusCompleted), Status: &status, Message: new("Verification " + status), RequestID: &s.RequestID,
	}
	if !*v.IsVerified {
		return v
	}
	var request api.CreateSessionLinkRequest
	_ = json.Unmarshal(s.request, &request) // encoded here: cannot fail
	plain, signed := m.resource(s, "plain"), m.resource(s, "signed")
	plain.Family, plain.SubType = new("DOCUMENT_TO_SIGN"), new("DOCUMENT_FLATTENED")
	plain.Metadata = map[string]any{"sourceTemplateUrl": request.DocURL}
	signed.Family, signed.MimeType = new("SIGNED_DOCUMENT"), new("application/pdf")
	signed.SizeBytes = new(int64(len(signedPDF(s))))
	expires := m.now().UTC().Add(documentTTL).Truncate(time.Second)
	signed.URLValidBefore = new(expires.Format(time.RFC3339))
	signed.ResourceURL = new(base + m.documentURL(s.RequestID, expires))
	v.Signature = &api.VerificationSignature{Content: []api.Signature{{
		ID: new(s.RequestID + "-signature"), Method: new("RemoteSignatureLongLivedDisposableCertificate"), Status: new("COMPLETED"),
		PageMode: new("headless"), SignedAt: new(s.endedAt.Format(time.RFC3339Nano)), PlainResource: plain, SignedResource: signed,
	}}}
	v.Identification = &api.Identification{
		ID: new(s.RequestID + "-identification"), Actor: new("userToIdentify"), Source: new("ID-SELF"), Status: new("COMPLETED"),
		PersonData: &api.PersonData{
			Email: &request.Email, PhoneNumber: &request.PhoneNumber,
			FirstName: new(person["firstName"]), LastName: new(person["lastName"]), BirthDate: new(person["birthDate"]), Gender: new(person["gender"]),
		},
	}
	return v
}

// resource is what both documents of a session have.
func (m *Mock) resource(s *session, kind string) *api.Resource {
	return &api.Resource{
		ID: new(s.RequestID + "-" + kind), Name: new("Document To Sign"), Type: new("CONTRACT_DOCUMENT"),
		Status: new("AVAILABLE"), Filename: new("contract.pdf"), ResourceURI: new("mock:" + s.RequestID + "/" + kind),
	}
}

func (m *Mock) documentURL(requestID string, expires time.Time) string {
	end := strconv.FormatInt(expires.Unix(), 10)
	return documentPath + requestID + "?" + url.Values{"expires": {end}, "signature": {m.sign(requestID + " " + end)}}.Encode()
}

// document serves the signed PDF of a session to whoever has its URL.
func (m *Mock) document(a *answer, r *http.Request) {
	id, end := strings.TrimPrefix(r.URL.Path, documentPath), r.URL.Query().Get("expires")
	expires, _ := strconv.ParseInt(end, 10, 64)
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(id)
	switch {
	case cmp.Or(r.Method, http.MethodGet) != http.MethodGet:
		a.Header().Set("Allow", http.MethodGet)
		a.refuse(refusal("$method", "method", "must be GET"), server.OperationInfo{})
	case !hmac.Equal([]byte(r.URL.Query().Get("signature")), []byte(m.sign(id+" "+end))) || m.now().Unix() >= expires:
		writeMessage(a, http.StatusForbidden, "The URL has expired")
	case s == nil || s.status != StatusCompleted:
		writeMessage(a, http.StatusNotFound, http.StatusText(http.StatusNotFound))
	default:
		a.Header().Set("Content-Type", "application/pdf")
		_, _ = a.Write(signedPDF(s)) // to memory
	}
}
