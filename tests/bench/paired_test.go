package bench

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkPaired compares each client with the hand-written call: b.N rounds of
// one short block of calls each, in alternating order, and the median of the
// rounds' ratios. Whatever slows a machine down for longer than a block slows
// both, so the ratio holds where ns/op of two runs cannot be compared.
func BenchmarkPaired(b *testing.B) {
	for _, via := range transports {
		for _, mode := range modes {
			for _, c := range clients {
				if c.name == "handwritten" {
					continue
				}
				b.Run("transport="+via.name+"/mode="+mode+"/client="+c.name, func(b *testing.B) {
					baseURL, transport := via.open(b)
					caller := func(make makeFunc) func(context.Context) error {
						create, err := make(baseURL, transport)
						if err != nil {
							b.Fatal(err)
						}
						return func(ctx context.Context) error {
							_, err := create(ctx, request)
							return err
						}
					}
					compare(b, mode, 16, caller(bounded(newHandwritten)), caller(c.make))
				})
			}
		}
	}
}

// BenchmarkTokenPaired does the same for the token sources, against the bare
// atomic pointer.
func BenchmarkTokenPaired(b *testing.B) {
	for _, mode := range modes {
		for _, s := range sources[1:] {
			b.Run("mode="+mode+"/source="+s.name, func(b *testing.B) {
				compare(b, mode, 2000, sources[0].make(b), s.make(b))
			})
		}
	}
}

// compare reports how much longer call takes than base: the median of the
// rounds' ratios, and their quartiles.
func compare(b *testing.B, mode string, block int, base, call func(context.Context) error) {
	workers := 1
	if mode == "parallel" {
		workers = parallelism
	}
	run := func(f func(context.Context) error, n int) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for range workers - 1 {
			wg.Go(func() { repeat(b, f, n) })
		}
		repeat(b, f, n)
		wg.Wait()
		return time.Since(start)
	}
	// Connections, tokens and caches of both exist before the first round.
	run(base, block)
	run(call, block)
	ratios := make([]float64, 0, b.N)
	b.ResetTimer()
	for i := 0; i < b.N && !b.Failed(); i++ {
		var x, y time.Duration
		if i%2 == 0 {
			x, y = run(base, block), run(call, block)
		} else {
			y, x = run(call, block), run(base, block)
		}
		ratios = append(ratios, float64(y)/float64(x))
	}
	b.StopTimer()
	if b.Failed() {
		return
	}
	slices.Sort(ratios)
	b.ReportMetric(0, "ns/op") // a round is not an operation
	for name, share := range map[string]float64{"p25-ratio": 0.25, "ratio": 0.5, "p75-ratio": 0.75} {
		b.ReportMetric(ratios[int(math.Round(share*float64(len(ratios)-1)))], name)
	}
}

func repeat(b *testing.B, f func(context.Context) error, n int) {
	ctx := context.Background()
	for range n {
		if err := f(ctx); err != nil {
			b.Error(err)
			return
		}
	}
}
