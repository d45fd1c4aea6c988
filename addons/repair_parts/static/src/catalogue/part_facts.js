import { ProductCatalogOrderLine } from "@product/product_catalog/order_line/order_line";

// What is told about a part on its card: whether it fits, stock in van and depot, price and payer.
ProductCatalogOrderLine.props = {
    ...ProductCatalogOrderLine.props,
    partFacts: { type: Array, optional: true },
};
