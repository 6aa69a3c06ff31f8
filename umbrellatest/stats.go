package umbrellatest

// Stats counts what has happened since the start. Neither Reset nor the limits of the
// mock's memory take anything off it.
type Stats struct {
	Sessions uint64 `json:"sessions"` // opened
	Ended    uint64 `json:"ended"`    // sessions that have their last state
	Requests uint64 `json:"requests"` // those of the journal
	Refusals uint64 `json:"refusals"` // requests with violations
	Faults   uint64 `json:"faults"`   // requests that a fault changed
	Aborted  uint64 `json:"aborted"`  // requests whose client left before the answer
	Tokens   uint64 `json:"tokens"`   // issued
	Events   uint64 `json:"events"`   // tried or dropped, as Events has them
	Controls uint64 `json:"controls"` // faults injected or cleared, resets, tokens expired or revoked
}

// Stats returns the counters of GET /__mock/stats.
func (m *Mock) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats
}
