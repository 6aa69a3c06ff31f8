package umbrellatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

// person is who signs, and what the variables in fillForm stand for.
var person = map[string]string{
	"firstName": "Erika", "lastName": "Mustermann", "birthDate": "1964-08-12", "gender": "F",
	"personalNumber": "0000000000", "documentDetails.number": "L01X00T47",
}

const (
	pageLines = 45
	lineRunes = 90
)

// signedPDF makes the signed document of a session: a text with the values of its
// form. It has no signature in it that a reader could check.
func signedPDF(s *session) []byte {
	var request api.CreateSessionLinkRequest
	_ = json.Unmarshal(s.request, &request) // encoded here: cannot fail
	var pairs []string
	for name, value := range person {
		pairs = append(pairs, "${identification."+name+"}", value)
	}
	pairs = append(pairs, "${identification.email}", request.Email, "${identification.phoneNumber}", request.PhoneNumber)
	fill := strings.NewReplacer(pairs...)
	text := []string{
		"Made by umbrellatest. This is no signature.", "",
		"Request: " + s.RequestID, "Document: " + request.DocURL, "Signed at: " + s.endedAt.Format(time.RFC3339),
	}
	for _, form := range request.SignForms {
		text = append(text, "Signature field "+form.FieldID+": signed by "+form.ActorID)
	}
	for _, field := range request.FillForm {
		text = append(text, field.FieldID+": "+fill.Replace(field.Value))
	}
	return pdf(text)
}

// pdf writes lines of text as a PDF (ISO 32000-1) with as many pages as they need.
func pdf(text []string) []byte {
	var lines []string
	for _, paragraph := range text {
		runes := []rune(paragraph)
		for len(runes) > lineRunes {
			lines, runes = append(lines, string(runes[:lineRunes])), runes[lineRunes:]
		}
		lines = append(lines, string(runes))
	}
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	var pages []string
	for len(lines) > 0 {
		n := min(pageLines, len(lines))
		content := "BT /F1 10 Tf 14 TL 60 780 Td\n"
		for _, line := range lines[:n] {
			content += "(" + pdfText(line) + ") Tj T*\n"
		}
		content, lines = content+"ET", lines[n:]
		pages = append(pages, fmt.Sprintf("%d 0 R", len(objects)+1))
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", len(objects)+2),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(pages, " "), len(pages))

	file := bytes.NewBufferString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	table := "0000000000 65535 f \n"
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", file.Len())
		fmt.Fprintf(file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := file.Len()
	fmt.Fprintf(file, "xref\n0 %d\n%strailer\n<< /Size %[1]d /Root 1 0 R >>\nstartxref\n%[3]d\n%%%%EOF\n", len(objects)+1, table, start)
	return file.Bytes()
}

// pdfText writes a text for a string of a PDF. What Latin-1 lacks becomes a
// question mark.
func pdfText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
