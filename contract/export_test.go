package contract

// NewFromDocument is New for another document than the embedded one.
var NewFromDocument = newValidator
