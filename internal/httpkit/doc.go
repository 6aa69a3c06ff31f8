package httpkit
