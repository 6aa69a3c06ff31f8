module example.com/consumer

go 1.26

require github.com/umbrella-api/umbrella-go v0.2.0

replace github.com/umbrella-api/umbrella-go => ../..
