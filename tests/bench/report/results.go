package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// results holds every value that was printed, by benchmark and unit.
type results struct {
	cpu, platform string
	names         []string // in the order of their first appearance
	values        map[string]map[string][]float64
}

// add reads the format of Go's benchmarks: a name, the iterations, and pairs of
// a value and its unit.
func (r *results) add(printed string) error {
	if r.values == nil {
		r.values = map[string]map[string][]float64{}
	}
	for line := range strings.Lines(printed) {
		line = strings.TrimSpace(line)
		if cpu, ok := strings.CutPrefix(line, "cpu: "); ok {
			r.cpu = cpu
		}
		if goos, ok := strings.CutPrefix(line, "goos: "); ok {
			r.platform = goos
		}
		if goarch, ok := strings.CutPrefix(line, "goarch: "); ok {
			r.platform += "/" + goarch
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		name := trimProcs(strings.TrimPrefix(fields[0], "Benchmark"))
		if r.values[name] == nil {
			r.names = append(r.names, name)
			r.values[name] = map[string][]float64{}
		}
		for pair := range slices.Chunk(fields[2:], 2) {
			v, err := strconv.ParseFloat(pair[0], 64)
			if err != nil || len(pair) != 2 {
				return fmt.Errorf("not a line of a benchmark: %q", line)
			}
			r.values[name][pair[1]] = append(r.values[name][pair[1]], v)
		}
	}
	return nil
}

// trimProcs drops the GOMAXPROCS suffix, which Go leaves out when it is 1.
func trimProcs(name string) string {
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			return name[:i]
		}
	}
	return name
}

// median returns the median of a benchmark's values, and false if it has none.
func (r *results) median(name, unit string) (float64, bool) {
	values := slices.Sorted(slices.Values(r.values[name][unit]))
	n := len(values)
	if n == 0 {
		return 0, false
	}
	return (values[(n-1)/2] + values[n/2]) / 2, true
}

type facts struct {
	goVersion, date      string
	cores, rounds, pairs int
	peers                []string
}

func (r *results) write(w io.Writer, f facts) {
	fmt.Fprintf(w, `# One createSessionLink, and one look at a cached token

Written by `+"`make bench`"+`; do not edit. %s, %s, %s, %d cores, %s.

- ns/op, B/op and allocs/op are medians of %d runs. The ratio is the median of %d
  paired rounds (the two clients take turns, a few calls each), with its quartiles:
  it holds on a busy machine, where two ns/op cannot be compared.
- memory: a RoundTripper that checks the request and answers in place. loopback: an
  HTTP/1.1 server in the same process, on the same cores; its time and its
  allocations are in everybody's figures. http2: the same over HTTP/2 with TLS, on
  connections in memory. serial: one goroutine. parallel: one for each core.
- A call ends with its deadline whatever hangs. What may hang, as HTTP/2 does on Go
  1.26, is given a goroutine; the last rows are what that costs, over TLS on
  connections in memory.
- Every client encodes the struct, sends a bearer token, bounds the call at 60 s,
  decodes the answer and closes the body, all on one transport. ours has all
  defaults: validation, a token from POST /auth, retries, the size limit, the checks
  of the answer, typed errors.
- Peers: %s.
`, f.goVersion, r.platform, r.cpu, f.cores, f.date, f.rounds, f.pairs, strings.Join(f.peers, ", "))

	group := ""
	for _, name := range r.names {
		head, last, _ := cutLast(name)
		title, base := "", "hand-written"
		switch kind, where, _ := strings.Cut(head, "/"); kind {
		case "CreateSessionLink":
			title = "createSessionLink: " + words(where)
		case "Token":
			title, base = "token: "+words(where), "atomic"
		default:
			continue
		}
		if title != group {
			group = title
			fmt.Fprintf(w, "\n## %s\n\n| | ns/op | B/op | allocs/op | ratio to %s |\n| --- | ---: | ---: | ---: | ---: |\n", title, base)
		}
		_, who, _ := strings.Cut(last, "=")
		if who == "ours" {
			who = "**ours**"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", who,
			r.cell(name, "ns/op"), r.cell(name, "B/op"), r.cell(name, "allocs/op"), r.ratio(name))
	}
	r.writeTargets(w)
}

// words turns "transport=memory/mode=serial" into "memory, serial".
func words(where string) string {
	var out []string
	for part := range strings.SplitSeq(where, "/") {
		_, value, _ := strings.Cut(part, "=")
		out = append(out, value)
	}
	return strings.Join(out, ", ")
}

func cutLast(name string) (head, last string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

func (r *results) cell(name, unit string) string {
	v, ok := r.median(name, unit)
	switch {
	case !ok:
		return "?"
	case unit == "ns/op" && v < 1000:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// paired names the benchmark that holds the ratio of name.
func paired(name string) string {
	kind, rest, _ := strings.Cut(name, "/")
	if kind == "Token" {
		return "TokenPaired/" + rest
	}
	return "Paired/" + rest
}

func (r *results) ratio(name string) string {
	v, ok := r.median(paired(name), "ratio")
	if !ok {
		return "1"
	}
	low, _ := r.median(paired(name), "p25-ratio")
	high, _ := r.median(paired(name), "p75-ratio")
	return fmt.Sprintf("%.2f (%.2f to %.2f)", v, low, high)
}

// writeTargets says which of the project's targets these figures meet. A target
// that is missed fails nothing: the figures are of one machine and one minute.
func (r *results) writeTargets(w io.Writer) {
	fmt.Fprint(w, "\n## Targets\n\n| | measured | target | |\n| --- | ---: | ---: | --- |\n")
	row := func(what string, v float64, ok bool, format string, limit float64) {
		verdict := "met"
		switch {
		case !ok:
			fmt.Fprintf(w, "| %s | ? | | not measured |\n", what)
			return
		case v > limit:
			verdict = "missed"
		}
		fmt.Fprintf(w, "| %s | "+format+" | "+format+" | %s |\n", what, v, limit, verdict)
	}
	link := func(transport, mode, client string) string {
		return "CreateSessionLink/transport=" + transport + "/mode=" + mode + "/client=" + client
	}
	v, ok := r.median(link("memory", "serial", "ours"), "allocs/op")
	row("allocations of a call in memory", v, ok, "%.0f", 50)
	v, ok = r.median(paired(link("memory", "serial", "ours")), "ratio")
	row("time in memory, serial, against hand-written", v, ok, "%.2f", 1.10)
	for _, mode := range []string{"serial", "parallel"} {
		v, ok = r.median(paired(link("memory", mode, "ours")), "ratio")
		for _, peer := range []string{"retryablehttp", "resty", "requests"} {
			limit, both := r.median(paired(link("memory", mode, peer)), "ratio")
			row("time in memory, "+mode+", against "+peer, v, ok && both, "%.2f", limit)
		}
		v, ok = r.median(paired(link("loopback", mode, "ours")), "ratio")
		row("time over loopback, "+mode+", against hand-written", v, ok, "%.2f", 1.05)
		v, ok = r.median("TokenPaired/mode="+mode+"/source=ours", "ratio")
		row("a cached token, "+mode+", against atomic", v, ok, "%.2f", 1.3)
	}
	v, ok = r.median("Token/mode=parallel/source=ours", "ns/op")
	limit, both := r.median("Token/mode=serial/source=ours", "ns/op")
	row("a cached token in parallel, ns/op against serial", v, ok && both, "%.1f", limit)
	for _, mode := range []string{"serial", "parallel"} {
		for _, protocol := range []string{"http1", "http2"} {
			v, ok = r.median("DeadlinePaired/mode="+mode+"/protocol="+protocol, "ratio")
			row("a goroutine for the deadline, "+mode+", over "+protocol+", against none", v, ok, "%.2f", 1.05)
		}
	}
}
