truncate search_document;
