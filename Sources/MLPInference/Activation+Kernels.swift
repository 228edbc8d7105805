internal import CMLPKernels

extension Activation {
    /// The function as the kernels know it, by its code in model files.
    var forKernels: mlpk_activation {
        mlpk_activation(
            function: mlpk_function(rawValue: code),
            alpha: parameters.alpha,
            beta: parameters.beta
        )
    }
}
