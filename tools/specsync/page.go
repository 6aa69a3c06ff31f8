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
	"time"
)

const (
	maxPage      = 1 << 20
	maxRedirects = 5
	timeout      = 30 * time.Second
)

// readPage reads a file, or fetches an https URL without leaving its host.
func readPage(page string, client *http.Client) (data []byte, err error) {
	var body io.ReadCloser
	switch scheme, _, _ := strings.Cut(strings.ToLower(page), "://"); scheme {
	case "http":
		return nil, errors.New("the page is a plain http URL; use https")
	case "https":
		body, err = fetch(page, client)
	default:
		body, err = os.Open(page)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the page: %w", err)
	}
	defer body.Close()
	data, err = io.ReadAll(io.LimitReader(body, maxPage+1))
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

func fetch(url string, client *http.Client) (io.ReadCloser, error) {
	bounded := *client
	if bounded.Timeout == 0 {
		bounded.Timeout = timeout
	}
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
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.StatusCode != http.StatusOK:
		err = fmt.Errorf("%s answers %s", url, resp.Status)
	case mediaType == "text/html":
		err = fmt.Errorf("%s is HTML; give the address of its Markdown form", url)
	}
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}
