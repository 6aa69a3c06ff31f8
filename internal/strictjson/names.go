package strictjson

// names are those of the members of one object.
type names struct {
	few   [8]string
	count int             // of those in few
	more  map[string]bool // the rest, so that an object of very many takes linear time
}

func (n *names) has(name string) bool {
	for _, known := range n.few[:n.count] {
		if known == name {
			return true
		}
	}
	return n.more[name]
}

// add reports whether name is new.
func (n *names) add(name string) bool {
	switch {
	case n.has(name):
		return false
	case n.count < len(n.few):
		n.few[n.count] = name
		n.count++
	case n.more == nil:
		n.more = map[string]bool{name: true}
	default:
		n.more[name] = true
	}
	return true
}
