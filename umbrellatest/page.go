package umbrellatest

import (
	"embed"
	"html/template"
	"net/http"
	"path"
	"time"
)

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.UTC().Format("15:04:05") },
}).ParseFS(pageFiles, "page/*.html"))

// render writes a page. A caller with a form has set the Content-Security-Policy.
func render(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", policy(""))
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with less, Chromium sends forms with the Origin null
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, data) // to memory
}

// serveAsset serves the stylesheet and the script of the pages.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, pageFiles, "page/"+path.Base(r.URL.Path))
}
