package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
)

const (
	maxPage      = 1 << 20
	maxRedirects = 5
)

// readPage reads a file, or fetches an https URL without leaving its host.
func readPage(page string, client *http.Client) (data []byte, err error) {
	switch scheme, _, _ := strings.Cut(strings.ToLower(page), "://"); scheme {
	case "http":
		return nil, errors.New("the page is a plain http URL; use https")
	case "https":
		data, err = fetch(page, client)
	default:
		data, err = os.ReadFile(page)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read the page: %w", err)
	case len(data) > maxPage:
		return nil, fmt.Errorf("page %s is larger than %d bytes", page, maxPage)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("page %s is empty", page)
	case strings.HasPrefix(http.DetectContentType(data), "text/html"):
		return nil, fmt.Errorf("page %s is HTML; give the address of its Markdown form", page)
	}
	return data, nil
}

// fetch reads no more than it takes to see that a page is too large.
func fetch(url string, client *http.Client) ([]byte, error) {
	bounded := *client
	bounded.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		switch {
		case req.URL.Scheme != "https" || req.URL.Host != via[0].URL.Host:
			return fmt.Errorf("it redirects to another host, %s://%s", req.URL.Scheme, req.URL.Host)
		case len(via) > maxRedirects:
			return fmt.Errorf("it redirects more than %d times", maxRedirects)
		}
		return nil
	}
	resp, err := bounded.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	if mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); mediaType == "text/html" {
		return nil, fmt.Errorf("%s is HTML; give the address of its Markdown form", url)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
}
