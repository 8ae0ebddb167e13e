"""Version 1 of the JSON API, one file a noun. What an endpoint takes and gives is declared beside it, as types that
read the request, write the answer and make the OpenAPI document."""
