package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

const lineEvery = 10 * time.Second

// progress says how far a job is: with a bar on a terminal, else with a line now and
// then.
type progress struct {
	total  int
	gate   *gate
	start  time.Time
	passed atomic.Int64 // requests, for the rate

	mu     sync.Mutex
	counts map[string]int // of rows, by outcome
	done   int
	busy   int       // rows that are waited for, when all others are done
	until  time.Time // at the latest

	out  io.Writer
	bars *mpb.Progress // nil without a terminal
	bar  *mpb.Bar
}

func newProgress(total int, g *gate, out io.Writer) *progress {
	p := &progress{total: total, gate: g, start: time.Now(), counts: map[string]int{}, out: out}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh())
		p.bar = p.bars.AddBar(int64(total), mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.String() })))
		p.out = p.bars // above the bar
	}
	return p
}

// show keeps the progress shown until ctx ends.
func (p *progress) show(ctx context.Context) {
	if p.bar != nil {
		<-ctx.Done()
		p.bar.Abort(false)
		p.bars.Wait()
		return
	}
	for sleep(ctx, lineEvery) == nil {
		p.printf("%s", p)
	}
}

func (p *progress) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// count notes the outcome of a row.
func (p *progress) count(outcome string) {
	p.mu.Lock()
	p.counts[outcome]++
	p.done++
	p.mu.Unlock()
	if p.bar != nil {
		p.bar.Increment() // waits for the bar, which may be waiting for String
	}
}

// wait says that there is nothing to do but to wait for so many busy rows.
func (p *progress) wait(busy int, until time.Time) {
	p.mu.Lock()
	first := p.busy == 0 && busy > 0
	p.busy, p.until = busy, until
	p.mu.Unlock()
	if first {
		p.printf("%s", p)
	}
}

func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf("%d of %d: %s", p.done, p.total, tally(p.counts))
	if p.busy > 0 {
		return text + fmt.Sprintf("; waiting up to %s for %d that another run is sending, or was when it ended",
			max(0, time.Until(p.until)).Round(time.Second/10), p.busy)
	}
	rate := float64(p.passed.Load()) / time.Since(p.start).Seconds()
	text += fmt.Sprintf("; %.1f/s", rate)
	if rate > 0 {
		left := float64(p.total-p.done) / rate
		text += fmt.Sprintf(", %s left", time.Duration(left)*time.Second)
	}
	if left := p.gate.left(); left > 0 {
		text += fmt.Sprintf(", paused for %s", left.Round(time.Second/10))
	}
	return text
}

func tally(counts map[string]int) string {
	text := fmt.Sprintf("%d %s", counts[open], open)
	for _, outcome := range []string{expired, failed, conflict, unknown, unsent} {
		if n := counts[outcome]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, outcome)
		}
	}
	return text
}
