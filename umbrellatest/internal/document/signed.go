// Package document looks for the document of a session, and makes what the service has
// of it once it is signed: the PDF, and the answer of getVerification.
package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

// person is who signs, and what the variables in fillForm stand for.
var person = map[string]string{
	"firstName": "Erika", "lastName": "Mustermann", "birthDate": "1964-08-12", "gender": "F",
	"personalNumber": "0000000000", "documentDetails.number": "L01X00T47",
}

// Verification changes the vendor's example for a completed session. The PDF is at a
// URL until it expires.
func Verification(s session.Session, url string, expires time.Time) api.Verification {
	var example api.VerificationResultResponse
	answers := server.OperationTable["GET /onboarding/getVerification/{sessionId}"].Answers
	_ = json.Unmarshal([]byte(answers[http.StatusOK]), &example) // generated: cannot fail
	v := example.Data
	v.RequestID = &s.RequestID
	v.Identification.PersonData = &api.PersonData{
		Email: &s.Request.Email, PhoneNumber: &s.Request.PhoneNumber,
		FirstName: new(person["firstName"]), LastName: new(person["lastName"]),
		BirthDate: new(person["birthDate"]), Gender: new(person["gender"]),
	}
	signature := &v.Signature.Content[0]
	signature.SignedAt = new(s.EndedAt.Format(time.RFC3339Nano))
	plain, signed := signature.PlainResource, signature.SignedResource
	plain.Metadata = map[string]any{"sourceTemplateUrl": s.Request.DocURL}
	plain.ResourceURL, plain.URLValidBefore, plain.SizeBytes = nil, nil, nil // the mock does not have it
	signed.ResourceURL, signed.URLValidBefore = &url, new(expires.Format(time.RFC3339))
	signed.SizeBytes = new(int64(len(PDF(s))))
	return v
}

// Unverified is the answer for a session that is not completed.
func Unverified(s session.Session) api.Verification {
	status := strings.ToLower(s.Status)
	if s.Status == session.Running {
		status = "pending"
	}
	return api.Verification{IsVerified: new(false), Status: &status, Message: new("Verification " + status), RequestID: &s.RequestID}
}

// PDF is a text with the values of the form. It has no signature in it that a reader
// could check.
func PDF(s session.Session) []byte {
	var pairs []string
	for name, value := range person {
		pairs = append(pairs, "${identification."+name+"}", value)
	}
	pairs = append(pairs, "${identification.email}", s.Request.Email, "${identification.phoneNumber}", s.Request.PhoneNumber)
	fill := strings.NewReplacer(pairs...)
	text := []string{
		"Made by umbrellatest. This is no signature.", "",
		"Request: " + s.RequestID, "Document: " + s.Request.DocURL, "Signed at: " + s.EndedAt.Format(time.RFC3339),
	}
	for _, form := range s.Request.SignForms {
		text = append(text, "Signature field "+form.FieldID+": signed by "+form.ActorID)
	}
	for _, field := range s.Request.FillForm {
		text = append(text, field.FieldID+": "+fill.Replace(field.Value))
	}
	return pdf(text)
}

// pdf writes lines of text as a PDF (ISO 32000-1) of one page, as long as they need.
func pdf(lines []string) []byte {
	const leading, margin = 14, 60
	height := max(842, leading*len(lines)+2*margin) // A4 or more
	content := fmt.Sprintf("BT /F1 10 Tf %d TL %d %d Td\n", leading, margin, height-margin)
	for _, line := range lines {
		content += "(" + pdfText(line) + ") Tj T*\n"
	}
	content += "ET"
	file := bytes.NewBufferString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	table := "0000000000 65535 f \n"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 %d] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>", height),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
	}
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", file.Len())
		fmt.Fprintf(file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	fmt.Fprintf(file, "xref\n0 6\n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, file.Len())
	return file.Bytes()
}

// pdfText writes a text for a string of a PDF in Latin-1. What that lacks becomes a
// question mark.
func pdfText(text string) string {
	var latin []byte
	for _, r := range text {
		if r < ' ' || r > '~' && r < 0xa0 || r > 0xff {
			r = '?'
		}
		latin = append(latin, byte(r))
	}
	return strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(string(latin))
}
