package param
type Error struct{}
func (*Error) Error() string { return "" }
